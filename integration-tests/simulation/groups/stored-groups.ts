import type { InMemoryEnsemble } from '../../../zk-coordination/double/in-memory-ensemble';

/** A change of one znode, as the ensemble tells it. */
interface Change {
  readonly type: string;
  readonly path: string;
}

/** The generation a group has stored, and since when. */
export interface StoredGeneration {
  readonly at: number;
  readonly generation: number;
}

interface StoredGroup {
  /** Session of the broker that claimed it last. */
  claimant: bigint | undefined;
  readonly generations: StoredGeneration[];
  /** By topic and partition, what is committed, and what was when this generation was stored. */
  readonly offsets: Map<string, { committed: number; floor: number }>;
}

/**
 * Looks at every write to `/consumers`, with nothing of the broker's own code: only who was the
 * last to claim a group writes to it, its generation does not fall, and no offset falls below what was committed
 * when its present generation began. (Within a generation a request of the owner that was late may
 * bring back an offset of its own; Kafka has that, too.)
 */
export class StoredGroups {
  readonly problems: string[] = [];
  private readonly groups = new Map<string, StoredGroup>();

  constructor(
    private readonly tree: () => InMemoryEnsemble['tree'],
    private readonly now: () => number,
  ) {}

  generations(group: string): readonly StoredGeneration[] {
    return this.group(group).generations;
  }

  /** The broker that has claimed a group. */
  coordinator(group: string): number | undefined {
    const json = this.json(`/consumers/${group}/coordinator`);
    return json?.['broker'] as number | undefined;
  }

  written(changes: readonly Change[], session: bigint): void {
    for (const { path } of changes) {
      const [, root, group, part] = path.split('/');
      if (root !== 'consumers' || group === undefined) continue;
      const stored = this.group(group);
      const claim = part === 'coordinator' ? this.tree().find(path) : undefined;
      if (claim) stored.claimant = claim.ephemeralOwner;
    }
    for (const { path } of changes) {
      const [, root, group, part, topic, partition] = path.split('/');
      if (root !== 'consumers' || group === undefined || part === 'coordinator') continue;
      if (session !== this.group(group).claimant) {
        this.problem(
          `${path} was written by a broker that is not the last to have claimed the group`,
        );
      }
      if (part === undefined) this.groupWritten(group);
      if (part === 'offsets' && partition !== undefined) {
        this.offsetWritten(group, path, `${topic}-${partition}`);
      }
    }
  }

  private groupWritten(group: string): void {
    const { generations, offsets } = this.group(group);
    const generation = this.json(`/consumers/${group}`)?.['generation'];
    const last = generations.at(-1)?.generation ?? -1;
    if (typeof generation !== 'number' || generation === last) return;
    if (generation < last) this.problem(`${group}: generation ${generation} after ${last}`);
    generations.push({ at: this.now(), generation });
    for (const offset of offsets.values()) offset.floor = offset.committed;
  }

  private offsetWritten(group: string, path: string, partition: string): void {
    const { offsets } = this.group(group);
    const committed = Number(this.json(path)?.['offset'] ?? 0);
    const known = offsets.get(partition);
    if (!known) {
      offsets.set(partition, { committed, floor: 0 });
      return;
    }
    if (committed < known.floor) {
      this.problem(
        `${group}: ${partition} fell to ${committed}, an earlier generation has committed ${known.floor}`,
      );
    }
    known.committed = committed;
  }

  private group(group: string): StoredGroup {
    let stored = this.groups.get(group);
    if (!stored) {
      stored = { claimant: undefined, generations: [], offsets: new Map() };
      this.groups.set(group, stored);
    }
    return stored;
  }

  private json(path: string): Record<string, unknown> | undefined {
    const data = this.tree().find(path)?.data;
    return data?.length ? (JSON.parse(data.toString()) as Record<string, unknown>) : undefined;
  }

  private problem(what: string): void {
    this.problems.push(`${what} (at ${this.now().toFixed(0)} ms)`);
  }
}
