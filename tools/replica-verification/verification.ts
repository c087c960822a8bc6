import type { PartitionItem } from '../../client/admin';
import { compareCompacted } from './compare-compacted';
import { compareReplicas, type Mismatch, type ReplicaRecords } from './compare-replicas';
import type { ReplicaAnswer, ReplicaSource } from './replica-source';

/** A partition to be compared. */
export interface CheckedPartition extends PartitionItem {
  readonly replicas: readonly number[];
  /** The first offset to compare. */
  readonly position: number;
  /** Whether its replicas are compacted, each by itself. Default false. */
  readonly isCompacted?: boolean;
}

export interface VerificationOptions {
  readonly source: ReplicaSource;
  /** Partitions to read at once. */
  readonly partitionsAtOnce: number;
  onMismatch(partition: PartitionItem, mismatch: Mismatch): void;
  /** A replica cannot be read, for another reason than before; undefined when it can again. */
  onFailure(partition: PartitionItem, brokerId: number, failure: string | undefined): void;
}

/** How far it has come in one partition. */
interface Check {
  readonly at: PartitionItem;
  readonly isCompacted: boolean;
  replicas: readonly number[];
  position: number;
  /** Highest high watermark any replica has told of. */
  highWatermark: number;
  /** The logs part here: they cannot be compared any further. */
  isParted: boolean;
  /** Why replicas cannot be read, by broker. */
  readonly failures: Map<number, string>;
}

/** What a report tells. */
export interface Progress {
  readonly partitions: number;
  /** The partition with the most records that have not been compared. */
  readonly worst: (PartitionItem & { readonly lag: number; readonly offset: number }) | undefined;
}

/**
 * Reads some partitions from all of their replicas and compares what comes (Kafka's
 * ReplicaVerificationTool). A partition goes on when all of its replicas have answered.
 */
export class Verification {
  private readonly checks: Map<string, Check>;
  private count = 0;

  constructor(
    partitions: readonly CheckedPartition[],
    private readonly options: VerificationOptions,
  ) {
    this.checks = new Map(
      partitions.map(({ topic, partition, replicas, position, isCompacted = false }) => [
        nameOf({ topic, partition }),
        {
          at: { topic, partition },
          isCompacted,
          replicas,
          position,
          highWatermark: -1,
          isParted: false,
          failures: new Map<number, string>(),
        },
      ]),
    );
  }

  /** Differences found. */
  get mismatches(): number {
    return this.count;
  }

  /** Reads every partition once. @returns whether it came any further */
  async pass(): Promise<boolean> {
    const open = [...this.checks.values()].filter(({ isParted }) => !isParted);
    let advanced = false;
    for (let at = 0; at < open.length; at += this.options.partitionsAtOnce) {
      const some = open.slice(at, at + this.options.partitionsAtOnce);
      if (await this.checkSome(some)) advanced = true;
    }
    return advanced;
  }

  /** Takes over where replicas are now; partitions that are not named are gone. */
  moved(partitions: readonly (PartitionItem & { readonly replicas: readonly number[] })[]): void {
    const replicas = new Map(partitions.map((one) => [nameOf(one), one.replicas]));
    for (const [name, check] of this.checks) {
      const present = replicas.get(name);
      if (present) check.replicas = present;
      else this.checks.delete(name);
    }
  }

  /** Partitions one of whose replicas has nothing at the offset asked for. */
  outOfRange(): PartitionItem[] {
    return [...this.checks.values()]
      .filter(({ failures }) => [...failures.values()].includes('OFFSET_OUT_OF_RANGE'))
      .map(({ at }) => at);
  }

  /** Leaves out what is not in a log any more. */
  skipTo({ topic, partition }: PartitionItem, offset: number): void {
    const check = this.checks.get(nameOf({ topic, partition }));
    if (check && offset > check.position) check.position = offset;
  }

  /** Partitions that have not been compared up to an offset each, by name. */
  behind(ends: ReadonlyMap<string, number>): string[] {
    return [...this.checks]
      .filter(([name, { position, isParted }]) => !isParted && position < (ends.get(name) ?? 0))
      .map(([name]) => name);
  }

  progress(): Progress {
    let worst: Progress['worst'];
    for (const { at, position, highWatermark } of this.checks.values()) {
      const lag = Math.max(0, highWatermark - position);
      if (!worst || lag > worst.lag) worst = { ...at, lag, offset: position };
    }
    return { partitions: this.checks.size, worst };
  }

  private async checkSome(checks: readonly Check[]): Promise<boolean> {
    const answers = await this.readAll(checks);
    let advanced = false;
    for (const check of checks) {
      const replies = answers.get(check) as ReadonlyMap<number, ReplicaAnswer>;
      if (this.take(check, replies)) advanced = true;
    }
    return advanced;
  }

  /** Asks all brokers side by side. */
  private async readAll(
    checks: readonly Check[],
  ): Promise<ReadonlyMap<Check, ReadonlyMap<number, ReplicaAnswer>>> {
    const answers = new Map(checks.map((check) => [check, new Map<number, ReplicaAnswer>()]));
    const brokers = new Set(checks.flatMap(({ replicas }) => replicas));
    await Promise.all(
      [...brokers].map(async (brokerId) => {
        const held = checks.filter(({ replicas }) => replicas.includes(brokerId));
        const wanted = held.map(({ at, position }) => ({ ...at, offset: position }));
        const replies = await this.options.source.read(brokerId, wanted);
        held.forEach((check, index) => answers.get(check)?.set(brokerId, replies[index]));
      }),
    );
    return answers;
  }

  private take(check: Check, replies: ReadonlyMap<number, ReplicaAnswer>): boolean {
    const readable: ReplicaRecords[] = [];
    for (const [brokerId, answer] of replies) {
      const failure = 'failure' in answer ? answer.failure : undefined;
      this.note(check, brokerId, failure);
      if ('failure' in answer) continue;
      readable.push({ brokerId, records: answer.records });
      check.highWatermark = Math.max(check.highWatermark, answer.highWatermark);
    }
    if (readable.length < check.replicas.length || readable.length === 0) return false;
    const compare = check.isCompacted ? compareCompacted : compareReplicas;
    const { nextOffset, mismatches, isParted } = compare(check.position, readable);
    for (const mismatch of mismatches) this.options.onMismatch(check.at, mismatch);
    this.count += mismatches.length;
    const advanced = nextOffset > check.position || isParted;
    check.position = nextOffset;
    check.isParted = isParted;
    return advanced;
  }

  private note(check: Check, brokerId: number, failure: string | undefined): void {
    const { failures, at } = check;
    if (failures.get(brokerId) === failure) return;
    if (failure === undefined) failures.delete(brokerId);
    else failures.set(brokerId, failure);
    this.options.onFailure(at, brokerId, failure);
  }
}

export function nameOf({ topic, partition }: PartitionItem): string {
  return `${topic}-${partition}`;
}
