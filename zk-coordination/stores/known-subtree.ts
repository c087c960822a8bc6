import { parentOf } from '../client/ensure-path';
import { sameBytes } from '../client/znode-writer';
import { ANY_VERSION, type ZkOp } from '../multi';

/** What a znode shall hold; null for not being there. */
export type SubtreeChanges = ReadonlyMap<string, Buffer | null>;

export interface SubtreePlan {
  /** To be written all at once. */
  readonly ops: readonly ZkOp[];
  /** To be called once they are. */
  done(): void;
}

interface Leaf {
  /** undefined when unknown. */
  data: Buffer | null | undefined;
  /** Somebody else's: left alone unless something has to be written there. */
  readonly foreign: boolean;
}

/**
 * What is below a znode of ours, as far as we need to know to change it without reading first:
 * which znodes are there, and of some what they hold. Only who may be sure that nobody else writes
 * there can rely on it.
 *
 * Below the root there are directories that stay, and in those leaves, or more directories of
 * leaves, which come with their first leaf and go with their last.
 */
export class KnownSubtree {
  private readonly leaves = new Map<string, Leaf>();
  /** With the number of their children. */
  private readonly directories = new Map<string, number>();

  /** @param keepsData whether it remembers what leaves hold, so as not to write the same again */
  constructor(
    private readonly root: string,
    private readonly keepsData: boolean,
  ) {}

  /** Whether there are no leaves, whoever's. */
  get isEmpty(): boolean {
    return this.leaves.size === 0;
  }

  /** @param data undefined when it is not known */
  addLeaf(path: string, data?: Buffer | null, foreign = false): void {
    if (this.leaves.has(path)) return;
    this.addDirectory(parentOf(path));
    this.leaves.set(path, { data: this.keepsData ? data : undefined, foreign });
    this.count(parentOf(path), 1);
  }

  addDirectory(path: string): void {
    if (path === this.root || this.directories.has(path)) return;
    this.addDirectory(parentOf(path));
    this.directories.set(path, 0);
    this.count(parentOf(path), 1);
  }

  /**
   * What has to change for the leaves below a directory to be just these.
   *
   * @param directory one of those that stay
   */
  differences(directory: string, wanted: ReadonlyMap<string, Buffer>): Map<string, Buffer | null> {
    const changes = new Map<string, Buffer | null>();
    for (const [path, { foreign }] of this.leaves) {
      const isOurs = !foreign && path.startsWith(`${directory}/`);
      if (isOurs && !wanted.has(path)) changes.set(path, null);
    }
    for (const [path, data] of wanted) {
      const known = this.leaves.get(path);
      const isSame = known?.data !== undefined && !known.foreign && sameBytes(known.data, data);
      if (!isSame) changes.set(path, data);
    }
    return changes;
  }

  /** The operations that bring the changes about, with the directories they need or leave empty. */
  plan(changes: SubtreeChanges): SubtreePlan {
    const ops: ZkOp[] = [];
    const made = new Set<string>();
    const growth = new Map<string, number>();
    const grow = (directory: string, by: number) =>
      growth.set(directory, (growth.get(directory) ?? 0) + by);
    const make = (directory: string): void => {
      if (directory === this.root || this.directories.has(directory) || made.has(directory)) return;
      make(parentOf(directory));
      ops.push({ type: 'create', path: directory, data: null });
      made.add(directory);
    };
    for (const [path, data] of changes) {
      const known = this.leaves.get(path);
      const doomed = known !== undefined && (data === null ? !known.foreign : known.foreign);
      if (doomed) {
        ops.push({ type: 'delete', path, version: ANY_VERSION });
        grow(parentOf(path), -1);
      }
      if (data === null) continue;
      if (known !== undefined && !doomed) {
        ops.push({ type: 'set', path, data, version: ANY_VERSION });
        continue;
      }
      make(parentOf(path));
      ops.push({ type: 'create', path, data });
      grow(parentOf(path), 1);
    }
    const emptied = [...growth.keys()].filter((directory) => {
      const left = (this.directories.get(directory) ?? 0) + (growth.get(directory) ?? 0);
      return left === 0 && parentOf(directory) !== this.root;
    });
    for (const path of emptied) ops.push({ type: 'delete', path, version: ANY_VERSION });
    return { ops, done: () => this.apply(changes, emptied) };
  }

  private apply(changes: SubtreeChanges, emptied: readonly string[]): void {
    for (const [path, data] of changes) {
      const known = this.leaves.get(path);
      if (known !== undefined && (data === null ? !known.foreign : known.foreign)) {
        this.leaves.delete(path);
        this.count(parentOf(path), -1);
      }
      if (data === null) continue;
      this.addLeaf(path, data);
      const leaf = this.leaves.get(path);
      if (leaf !== undefined && this.keepsData) leaf.data = data;
    }
    for (const path of emptied) {
      this.directories.delete(path);
      this.count(parentOf(path), -1);
    }
  }

  private count(directory: string, by: number): void {
    if (directory === this.root) return;
    this.directories.set(directory, (this.directories.get(directory) ?? 0) + by);
  }
}
