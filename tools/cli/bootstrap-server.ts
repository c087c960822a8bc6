import { splitList } from '../../client/runtime/split-list';
import { UsageError } from './usage-error';

/**
 * The value of `--bootstrap-server`, which most tools cannot do without.
 *
 * @throws UsageError when it is missing or names nothing
 */
export function requiredBootstrapServer(given: string | undefined): string {
  if (given !== undefined && splitList(given).length > 0) return given;
  throw new UsageError(
    '--bootstrap-server must be specified.',
    'For instance: --bootstrap-server localhost:9092',
  );
}
