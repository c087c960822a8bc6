import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import { MalformedZnodeError } from './malformed-znode-error';

/** For reading many: one malformed znode is logged and counts as absent. */
export async function skipMalformed<T>(logger: Logger, read: Promise<T | null>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (!(error instanceof MalformedZnodeError)) throw error;
    logger.error(
      { event: 'zk-malformed-znode', path: error.path, error: describeError(error) },
      'A malformed znode is ignored.',
    );
    return null;
  }
}
