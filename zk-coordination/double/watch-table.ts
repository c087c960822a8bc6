import type { WatchEventType } from '../session-contract';

export type WatchKind = 'data' | 'exists' | 'child';

const KINDS: readonly WatchKind[] = ['data', 'exists', 'child'];

/** Which kinds of watch an event uses up. */
const FIRES: Record<WatchEventType, readonly WatchKind[]> = {
  created: ['data', 'exists'],
  dataChanged: ['data', 'exists'],
  deleted: ['data', 'exists', 'child'],
  childrenChanged: ['child'],
};

/**
 * One-shot watches by kind and path. The ensemble keeps one table of connections, each session one
 * table of callbacks; the same holder is kept once per kind and path, as in ZooKeeper.
 */
export class WatchTable<Holder> {
  private readonly held: Record<WatchKind, Map<string, Set<Holder>>> = {
    data: new Map(),
    exists: new Map(),
    child: new Map(),
  };

  add(kind: WatchKind, path: string, holder: Holder): void {
    const holders = this.held[kind].get(path);
    if (holders) holders.add(holder);
    else this.held[kind].set(path, new Set([holder]));
  }

  /** Removes and returns the holders this event is for, each once, in order of registration. */
  take(type: WatchEventType, path: string): Set<Holder> {
    const taken = new Set<Holder>();
    for (const kind of FIRES[type]) {
      for (const holder of this.held[kind].get(path) ?? []) taken.add(holder);
      this.held[kind].delete(path);
    }
    return taken;
  }

  /** Watched paths of one kind, in order of registration. */
  paths(kind: WatchKind): string[] {
    return [...this.held[kind].keys()];
  }

  removeHolder(holder: Holder): void {
    for (const kind of KINDS) {
      for (const [path, holders] of this.held[kind]) {
        if (holders.delete(holder) && holders.size === 0) this.held[kind].delete(path);
      }
    }
  }

  clear(): void {
    for (const kind of KINDS) this.held[kind].clear();
  }
}
