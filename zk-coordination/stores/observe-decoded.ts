import { describeError } from '../../client/runtime/error';
import { type Change, observe, type WatchCell, type WatchCellOptions } from '../client/watch-cell';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import type { NodeData } from '../session-contract';

/**
 * Observes a znode's data in decoded form. Data that cannot be decoded is logged and otherwise
 * ignored: the last good value stands (null when there was none).
 */
export function observeDecoded<T>(
  zk: ZooKeeperClient,
  path: string,
  decode: (node: NodeData) => T,
  listener: (change: Change<T>) => void,
  options?: WatchCellOptions,
): WatchCell<'data'> {
  let good: T | null | undefined;
  const decodeOr = (node: NodeData): T | null | undefined => {
    try {
      return decode(node);
    } catch (error) {
      zk.logger.error(
        { event: 'zk-malformed-znode', path, error: describeError(error) },
        'A malformed znode is ignored.',
      );
      return good === undefined ? null : undefined;
    }
  };
  const changed = ({ next: node }: Change<NodeData>): void => {
    const next = node === null ? null : decodeOr(node);
    if (next === undefined) return;
    const prev = good;
    good = next;
    listener({ prev, next });
  };
  return observe(zk, path, 'data', changed, options);
}
