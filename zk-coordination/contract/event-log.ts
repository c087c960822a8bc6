import type { Watcher, WatchEvent } from '../session-contract';

/** Collects watch events as `type path`, the test's root taken off the path. */
export class EventLog {
  readonly seen: string[] = [];
  private readonly waiting = new Set<() => void>();

  constructor(private readonly root: string) {}

  readonly watcher: Watcher = (event: WatchEvent) => {
    const path = event.path.startsWith(this.root) ? event.path.slice(this.root.length) : event.path;
    this.note(`${event.type} ${path}`);
  };

  /** A line of the test's own, to see what came before what. */
  note(line: string): void {
    this.seen.push(line);
    for (const look of this.waiting) look();
  }

  /** Resolves with everything seen once there are this many lines. */
  async atLeast(count: number): Promise<string[]> {
    await new Promise<void>((resolve) => {
      const look = () => {
        if (this.seen.length < count) return;
        this.waiting.delete(look);
        resolve();
      };
      this.waiting.add(look);
      look();
    });
    return this.seen;
  }
}
