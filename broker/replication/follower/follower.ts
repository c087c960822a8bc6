import type { Logger } from '../../../client/runtime/logger';
import { partitionName, type Log, type TopicPartition } from '../../log';
import type { FollowedPartition } from '../follower-fetchers';
import { checkEpochs, firstBatch } from './fetched-batches';
import { lastRecordEpoch, type FetchPosition } from './follower-position';
import { truncationForFirstBatch, type Truncation } from './truncation';

/** How far a follower is in its leader's hands. */
export type FollowerPhase =
  /** Fetched, or about to be. */
  | 'fetching'
  /** Left alone until its time has come. */
  | 'delayed'
  /** Left alone until its log is cut. */
  | 'cutting'
  /** Left alone until the controller gives another instruction. */
  | 'stopped'
  /** Somebody else's turn: nothing may be done to the log any more. */
  | 'retired';

/**
 * The log of one partition in the hands of a fetcher, for one instruction of the controller: a newer
 * leader epoch makes a new one. It is its own token: who holds on to a retired follower across an
 * `await` finds out by {@link retired}, and no operation on the log begins after that.
 *
 * Invariants: the fetch offset is the end of what is written, never of what is only queued, because
 * the leader counts it as replicated; the log is cut before the high watermark moves (KAFKA-14704);
 * the high watermark moves back by truncation only.
 */
export class Follower {
  readonly name: string;
  readonly topicPartition: TopicPartition;
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly log: Log;
  phase: FollowerPhase = 'fetching';
  /** Errors since the last success. */
  errorsInARow = 0;
  /** Whether something other than a leader on the move keeps it from following. */
  failed = false;
  /** Records between its end and the leader's high watermark; undefined before the first answer. */
  lag: number | undefined;
  /** Whether it is known that its log need not be cut before the first fetch. */
  checked = false;
  private operations = 0;
  private idle: (() => void)[] = [];

  constructor(
    private readonly partition: FollowedPartition,
    private readonly logger: Logger,
  ) {
    this.name = partitionName(partition.topicPartition);
    this.topicPartition = partition.topicPartition;
    this.leader = partition.leader;
    this.leaderEpoch = partition.leaderEpoch;
    this.log = partition.log;
  }

  get topicId(): string {
    return this.partition.topicId;
  }

  get retired(): boolean {
    return this.phase === 'retired';
  }

  /** Whether an operation on the log is under way. */
  get busy(): boolean {
    return this.operations > 0;
  }

  /** From now on nothing is begun. {@link settled} tells when nothing is under way either. */
  retire(): void {
    this.phase = 'retired';
  }

  /** Resolves when no operation on the log is under way; undefined when there is none. */
  settled(): Promise<void> | undefined {
    if (!this.busy) return undefined;
    return new Promise((resolve) => this.idle.push(resolve));
  }

  /**
   * Where to fetch from; undefined while a former leader's appends are still being written.
   *
   * @param maxBytes `replica.fetch.max.bytes`
   */
  position(maxBytes: number): FetchPosition | undefined {
    const { log } = this;
    if (log.writtenEndOffset !== log.logEndOffset) return undefined;
    return {
      fetchOffset: log.logEndOffset,
      currentLeaderEpoch: this.leaderEpoch,
      lastFetchedEpoch: lastRecordEpoch(log),
      logStartOffset: log.logStartOffset,
      // What is fetched is appended to one segment.
      partitionMaxBytes: Math.min(maxBytes, log.config.segmentBytes),
    };
  }

  /** @throws LogError */
  async truncate({ kind, offset, why }: Truncation): Promise<void> {
    const { log, name } = this;
    const from = log.logEndOffset;
    const { highWatermark } = log;
    await this.operate(async () => {
      if (kind === 'cut') await log.truncateTo(offset);
      else await log.truncateFullyAndStartAt(offset);
    });
    const to = log.logEndOffset;
    const lost = kind === 'cut' && to < highWatermark;
    this.logger[lost ? 'warn' : 'info'](
      {
        event: 'follower-truncated',
        partition: name,
        from,
        to,
        why,
        highWatermark,
        leader: this.leader,
        leaderEpoch: this.leaderEpoch,
      },
      lost
        ? `Cut ${name} from ${from} to ${to}, below its high watermark ${highWatermark}: the leader was elected uncleanly.`
        : `Cut ${name} from ${from} to ${to} to follow broker ${this.leader}.`,
    );
  }

  /**
   * Appends what the leader sent. Resolves when it is written.
   *
   * @throws InvalidBatchError (nothing was appended), LogError; at once or by the promise
   */
  append(records: Buffer): Promise<void> {
    const { log } = this;
    checkEpochs(records, lastRecordEpoch(log), this.leaderEpoch);
    if (log.logStartOffset === log.logEndOffset) {
      return this.operate(() => this.appendFirst(records));
    }
    return this.operate(() => log.appendAsFollower(records).written);
  }

  /** An empty log may have to begin elsewhere. */
  private async appendFirst(records: Buffer): Promise<void> {
    const { log } = this;
    const { baseOffset, nextOffset } = firstBatch(records);
    const anew = truncationForFirstBatch(baseOffset, nextOffset, log);
    if (anew) await this.truncate(anew);
    if (!this.retired) await log.appendAsFollower(records).written;
  }

  /** Takes over how far the leader's log is committed, and where it begins. After {@link append}. */
  adopt(leader: { readonly highWatermark: number; readonly logStartOffset: number }): void {
    if (this.retired) return;
    const { log } = this;
    const before = log.highWatermark;
    const reached = Math.min(leader.highWatermark, log.writtenEndOffset);
    if (reached > before) log.updateHighWatermark(reached);
    log.raiseLogStartOffset(leader.logStartOffset);
    this.lag = Math.max(0, leader.highWatermark - log.writtenEndOffset);
    if (log.highWatermark !== before) this.partition.onHighWatermark?.();
  }

  private operate(operation: () => Promise<void>): Promise<void> {
    this.operations++;
    let outcome: Promise<void>;
    try {
      outcome = operation();
    } catch (error) {
      this.operated();
      throw error;
    }
    return outcome.then(
      () => this.operated(),
      (error: unknown) => {
        this.operated();
        throw error;
      },
    );
  }

  private operated(): void {
    if (--this.operations > 0 || this.idle.length === 0) return;
    for (const resolve of this.idle.splice(0)) resolve();
  }
}
