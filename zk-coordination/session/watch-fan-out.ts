import type { Logger } from '../../client/runtime/logger';
import type { Watcher, WatchEventType } from '../session-contract';
import type { WatchKind } from './connection';

const EVENT_TYPES: Record<number, WatchEventType> = {
  1: 'created',
  2: 'deleted',
  3: 'dataChanged',
  4: 'childrenChanged',
};

type Register = (kind: WatchKind, path: string, fired: (event: { type: number }) => void) => void;

/**
 * Many watchers, one watch: the library is given a single listener per kind and path, and this
 * tells everybody. A watcher registered twice for the same is told once, as in ZooKeeper's own
 * client.
 */
export class WatchFanOut {
  private readonly watches = new Map<string, Set<Watcher>>();

  constructor(
    private readonly register: Register,
    private readonly logger: Logger,
  ) {}

  /** To be called when the reply to the read arrives: from then on the ensemble watches. */
  add(kind: WatchKind, path: string, watcher: Watcher): void {
    const key = `${kind}:${path}`;
    const watchers = this.watches.get(key);
    if (watchers) {
      watchers.add(watcher);
      return;
    }
    this.watches.set(key, new Set([watcher]));
    this.register(kind, path, ({ type }) => this.fire(key, path, EVENT_TYPES[type]!));
  }

  /** The session is over; nobody will be told anything any more. */
  clear(): void {
    this.watches.clear();
  }

  private fire(key: string, path: string, type: WatchEventType): void {
    const watchers = this.watches.get(key);
    this.watches.delete(key);
    if (!watchers) return;
    // As late as the answers that came before it, which are awaited, and before those after it.
    queueMicrotask(() => {
      for (const watcher of watchers) this.tell(watcher, type, path);
    });
  }

  private tell(watcher: Watcher, type: WatchEventType, path: string): void {
    try {
      watcher({ type, path });
    } catch (error) {
      this.logger.error({ event: 'zk-watcher-threw', path, err: error }, 'A watcher threw.');
    }
  }
}
