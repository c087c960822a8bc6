import { OffsetSpec } from '../../../client/protocol/messages/list-offsets';
import { UsageError } from '../../cli/usage-error';

/** Kafka's names and numbers for points in a log. All of a log is local here. */
const NAMED: Readonly<Record<string, number>> = {
  latest: OffsetSpec.LATEST,
  '-1': OffsetSpec.LATEST,
  earliest: OffsetSpec.EARLIEST,
  '-2': OffsetSpec.EARLIEST,
  'max-timestamp': OffsetSpec.MAX_TIMESTAMP,
  '-3': OffsetSpec.MAX_TIMESTAMP,
  'earliest-local': OffsetSpec.EARLIEST,
  '-4': OffsetSpec.EARLIEST,
};

/**
 * What `--time` asks for: -1 the end, -2 the start, -3 the record with the largest timestamp, else
 * milliseconds since the epoch. `earliest-local` (-4) is the start, because no part of a log lies
 * anywhere else; for the same reason there is no `latest-tiered` (-5).
 *
 * @throws UsageError when it is none of these
 */
export function parseOffsetTime(text: string): number {
  if (Object.hasOwn(NAMED, text)) return NAMED[text];
  if (/^\d{1,16}$/.test(text)) return Number(text);
  if (text === '-5' || text === 'latest-tiered') {
    throw new UsageError('This version has no tiered storage.', 'Use latest or earliest.');
  }
  throw new UsageError(
    `Malformed time argument ${text}.`,
    'Use -1 or latest, -2 or earliest, -3 or max-timestamp, or milliseconds since the epoch.',
  );
}
