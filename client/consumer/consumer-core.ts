import type { Cluster } from '../network';
import { awaitedTimeout } from '../runtime/clock';
import { deferred, type Deferred } from '../runtime/deferred';
import type { AssignedPartition } from './assigned-partition';
import { Assignment } from './assignment';
import { ConsumerStateError, notAnOffset } from './consumer-errors';
import {
  resolveConsumerOptions,
  type ConsumerOptions,
  type ResolvedConsumerOptions,
} from './consumer-options';
import { isolationLevelId } from './fetch-request';
import { Fetcher } from './fetcher';
import { ConsumerEmitter } from './group/consumer-events';
import { ConsumerGroup } from './group/consumer-group';
import type { ResolvedGroupOptions } from './group/group-options';
import { LeaderFinder } from './leader-finder';
import { OffsetLookup } from './offset-lookup';
import { wantedOffset, type OffsetPosition } from './offset-position';
import { PositionFinder } from './position-finder';
import { Reader } from './reader';
import type { TopicPartition } from './topic-partition';

/** The parts of a consumer, and who tells whom of what. */
export class ConsumerCore {
  readonly options: ResolvedConsumerOptions;
  readonly partitions = new Assignment();
  readonly lookup: OffsetLookup;
  readonly reader: Reader;
  readonly emitter: ConsumerEmitter;
  readonly group: ConsumerGroup | undefined;
  /** While a handler is fed; resolves when that is over. */
  running: Deferred<void> | undefined;
  private readonly positions: PositionFinder;
  private readonly fetcher: Fetcher;
  private readonly forgetMetadata: () => void;
  private changed = deferred();
  private positionsCame = false;

  /** @throws ClientOptionsError */
  constructor(
    readonly cluster: Cluster,
    options: ConsumerOptions,
  ) {
    this.options = resolveConsumerOptions(options);
    const { isolationLevel, requestTimeoutMs } = this.options;
    const leaders = new LeaderFinder(cluster, () => this.partitions.topics());
    this.lookup = new OffsetLookup(cluster, isolationLevelId(isolationLevel), requestTimeoutMs);
    this.positions = new PositionFinder(
      cluster,
      this.partitions,
      this.lookup,
      this.options,
      (topic) => this.group?.policyOf(topic) ?? this.options.autoOffsetReset,
      (partition) => this.onPosition(partition),
    );
    this.reader = new Reader(this.partitions, cluster.options.clock, {
      onAsked: () => this.group?.onAsked(),
      onHandedOut: (partition) => this.fetcher.onHandedOut(partition),
      onErrorTaken: () => this.proceed(),
    });
    this.fetcher = new Fetcher(cluster, this.partitions, leaders, this.options, {
      onArrival: () => this.reader.signal(),
      onOutOfRange: (partition) => this.positions.reset(partition),
      onTruncated: (partition, divergence) => this.positions.truncated(partition, divergence),
    });
    this.forgetMetadata = cluster.onMetadata(() => this.fetcher.onMetadata());
    this.emitter = new ConsumerEmitter(cluster.options.logger);
    this.group = this.options.group && this.makeGroup(this.options.group);
  }

  /** Resolves when a position was found, or could not be. */
  get moved(): Promise<void> {
    return this.changed.promise;
  }

  /** Where a partition begins that nobody has said anything about. */
  initial(partition: AssignedPartition) {
    return this.positions.initial(partition);
  }

  /** Has a partition go on elsewhere; `proceed` makes it so. */
  place(partition: AssignedPartition, offset: OffsetPosition, leaderEpoch?: number): void {
    if (typeof offset !== 'number') partition.lookFor(wantedOffset(offset));
    else if (Number.isSafeInteger(offset) && offset >= 0) partition.moveTo(offset, leaderEpoch);
    else throw notAnOffset(partition, offset);
    this.partitions.update(partition);
  }

  setPaused(partitions: readonly TopicPartition[], paused: boolean): void {
    this.reader.assertOpen();
    for (const at of partitions) {
      const partition = this.partitions.get(at);
      partition.setPaused(paused);
      this.partitions.update(partition);
    }
    if (paused) return;
    this.fetcher.pump();
    this.reader.signal();
  }

  /** Does whatever can be done for the partitions as they are now. */
  proceed(): void {
    this.group?.findPositions();
    this.positions.start();
    this.fetcher.pump();
    this.tell();
  }

  /** @throws ConsumerStateError */
  needGroup(): ConsumerGroup {
    if (this.group) return this.group;
    throw new ConsumerStateError('The consumer has no group.', 'Give it the option groupId.');
  }

  /** Lets the group finish, as long as that takes no longer than allowed, and stops everything. */
  async close(timeoutMs: number): Promise<void> {
    const { group, running } = this;
    group?.withhold();
    this.reader.close();
    if (group) {
      const { clock } = this.cluster.options;
      const late = deferred();
      const timer = awaitedTimeout(late.resolve, timeoutMs, clock);
      const ended = Promise.resolve(running?.promise).then(() => group.close());
      try {
        await Promise.race([ended, late.promise]);
      } finally {
        clock.clearTimeout(timer);
      }
    }
    this.forgetMetadata();
    this.fetcher.close();
    this.positions.close();
    this.partitions.replace([]);
    this.tell();
    this.emitter.emit('stop', { groupId: this.options.group?.groupId });
    await this.cluster.close();
  }

  /** Positions come many at a time; all of them belong into the same fetch. */
  private onPosition(partition: AssignedPartition): void {
    this.partitions.update(partition);
    if (this.positionsCame) return;
    this.positionsCame = true;
    queueMicrotask(() => {
      this.positionsCame = false;
      this.fetcher.pump();
      this.reader.signal();
      this.tell();
    });
  }

  /** Wakes those who wait for a position. */
  private tell(): void {
    const { resolve } = this.changed;
    this.changed = deferred();
    resolve();
  }

  private makeGroup(options: ResolvedGroupOptions): ConsumerGroup {
    const { clientRack, allowAutoTopicCreation } = this.options;
    const reading = {
      assignment: this.partitions,
      reader: this.reader,
      clientRack,
      allowAutoTopicCreation,
      begin: (partition: AssignedPartition) => partition.lookFor(this.positions.initial(partition)),
      changed: (partition: AssignedPartition) => this.onPosition(partition),
      proceed: () => {
        this.proceed();
        this.reader.signal();
      },
    };
    return new ConsumerGroup(this.cluster, options, reading, this.emitter);
  }
}
