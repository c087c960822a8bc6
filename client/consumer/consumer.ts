import { OffsetSpec } from '../protocol/messages/list-offsets';
import { ProtocolError } from '../protocol/protocol-error';
import { deferred, type Deferred } from '../runtime/deferred';
import type { Cluster } from '../network';
import { ensureCodecsReady } from '../records';
import type { AssignedPartition } from './assigned-partition';
import { Assignment } from './assignment';
import { resolveTargets, type AssignmentTarget } from './assignment-target';
import { ConcurrentRunLoop } from './concurrent-run-loop';
import type { ConsumerBatch } from './consumer-batch';
import { ConsumerStateError } from './consumer-errors';
import { BatchIterator, RecordIterator } from './consumer-iterators';
import {
  resolveConsumerOptions,
  type ConsumerOptions,
  type ResolvedConsumerOptions,
} from './consumer-options';
import type { ConsumerRecord } from './consumer-record';
import { isolationLevelId } from './fetch-request';
import { Fetcher } from './fetcher';
import {
  ConsumerEmitter,
  type ConsumerEventListener,
  type ConsumerEventName,
} from './group/consumer-events';
import { ConsumerGroup } from './group/consumer-group';
import type { GroupConsumer, GroupMetadata, PartitionLag } from './group/group-consumer';
import type { ResolvedGroupOptions } from './group/group-options';
import type { CommittedOffset, OffsetToCommit } from './group/offset-to-commit';
import { TopicFilter, type RebalanceListener, type Subscription } from './group/subscription';
import { LeaderFinder } from './leader-finder';
import { OffsetLookup, type OffsetQuestion } from './offset-lookup';
import {
  fromGroup,
  wantedOffset,
  type OffsetPosition,
  type PartitionPosition,
} from './offset-position';
import { PositionFinder } from './position-finder';
import { Reader } from './reader';
import { RunLoop, type ConsumerHandlers } from './run-loop';
import { formatPartition, type TopicPartition } from './topic-partition';

/** An offset of a partition. */
export interface PartitionOffset extends TopicPartition {
  readonly offset: number;
}

/** The first record that is at least as young as asked for. */
export interface PartitionOffsetForTime extends TopicPartition {
  /** Null when all records are older. */
  readonly offset: number | null;
  /** Of that record, milliseconds since 1970; -1 without one. */
  readonly timestamp: number;
  /** -1 when unknown. */
  readonly leaderEpoch: number;
}

/** How {@link Consumer.run} goes about it. */
export interface RunOptions {
  /**
   * Partitions whose records are handled at the same time; those of one partition are handled in
   * their order. Default 1.
   */
  readonly partitionsConsumedConcurrently?: number;
  /** Takes the place of `enableAutoCommit` from now on. */
  readonly autoCommit?: boolean;
}

/** How {@link Consumer.close} goes about it. */
export interface ConsumerCloseOptions {
  /** Milliseconds to wait for handlers, for the last commit and for the coordinator. Default 30000. */
  readonly timeoutMs?: number;
}

/**
 * Reads partitions: those that a group gives it, after `subscribe`, or those that the application
 * assigns itself, after `assign`.
 *
 * Records are fetched ahead from the moment of the assignment, within `maxBufferedBytes`, and
 * handed out by one of `poll`, `for await` over the consumer or over {@link batches}, or
 * {@link run}; one reader at a time. The position of a partition moves with what is handed out.
 *
 * Failures that pass are repeated silently (a log line tells): a leader that moved, a broker that is
 * away. What does not pass is thrown by whoever reads, and reading goes on when it is called again:
 * OffsetOutOfRangeError, LogTruncationError, UnreadableRecordsError, PartitionReadError.
 *
 * With a `groupId` positions begin where the group has got to, and are committed by themselves as
 * far as the application has finished: what `poll` or an iterator handed out is finished when the
 * next is asked for, what `run` handed out when the handler is done.
 */
export class Consumer implements AsyncIterable<ConsumerRecord>, GroupConsumer {
  private readonly options: ResolvedConsumerOptions;
  private readonly partitions = new Assignment();
  private readonly lookup: OffsetLookup;
  private readonly positions: PositionFinder;
  private readonly fetcher: Fetcher;
  private readonly reader: Reader;
  private readonly forgetMetadata: () => void;
  private changed = deferred();
  private readonly emitter: ConsumerEmitter;
  private readonly group: ConsumerGroup | undefined;
  private assigns = 0;
  private running: Deferred<void> | undefined;
  private closing: Promise<void> | undefined;
  private positionsCame = false;

  /**
   * @param cluster closed together with the consumer: long polls want connections of their own
   * @throws ClientOptionsError
   */
  constructor(
    private readonly cluster: Cluster,
    options: ConsumerOptions = {},
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

  async subscribe(
    subscriptions: Subscription | readonly Subscription[],
    listener: RebalanceListener = {},
  ): Promise<void> {
    this.reader.assertOpen();
    const filter = new TopicFilter(subscriptions);
    const group = this.needGroup();
    if (!group.isSubscribed && this.partitions.size > 0) throw bothWays();
    await ensureCodecsReady();
    this.reader.assertOpen();
    group.subscribe(filter, listener);
  }

  subscription(): string[] {
    return [...(this.group?.subscription ?? [])];
  }

  async unsubscribe(): Promise<void> {
    if (this.group?.isSubscribed) await this.group.unsubscribe();
    else this.partitions.replace([]);
  }

  async commit(offsets?: readonly OffsetToCommit[]): Promise<void> {
    this.reader.assertOpen();
    const group = this.needGroup();
    for (const { offset, ...at } of offsets ?? []) {
      if (!Number.isSafeInteger(offset) || offset < 0) throw notAnOffset(at, offset);
    }
    await group.commit(offsets ?? group.offsets(this.running ? 'finished' : 'handed out'));
  }

  async committed(partitions = this.assignment()): Promise<CommittedOffset[]> {
    this.reader.assertOpen();
    return this.needGroup().committed(partitions);
  }

  async lag(partitions = this.assignment()): Promise<PartitionLag[]> {
    const ends = await this.endOffsets(partitions);
    return ends.map(({ offset: endOffset, ...at }) => {
      const position = this.partitions.find(at)?.position ?? null;
      return {
        ...at,
        position,
        endOffset,
        lag: position === null ? null : Math.max(0, endOffset - position),
      };
    });
  }

  groupMetadata(): GroupMetadata {
    const { facts } = this.needGroup();
    return { ...facts, groupInstanceId: this.options.group?.groupInstanceId ?? null };
  }

  enforceRebalance(reason = 'the application wants it'): void {
    this.needGroup().rebalance(reason);
  }

  on<N extends ConsumerEventName>(name: N, listener: ConsumerEventListener<N>): () => void {
    return this.emitter.on(name, listener);
  }

  /**
   * Makes these the partitions to read, in place of those before. Partitions that stay keep their
   * position and what was fetched, unless an offset is given.
   *
   * @throws ProtocolError when a topic or partition does not exist or may not be read;
   *   RetriesExhaustedError when that cannot be found out within `apiTimeout`; ClientClosedError
   */
  async assign(targets: AssignmentTarget | readonly AssignmentTarget[]): Promise<void> {
    this.reader.assertOpen();
    if (this.group?.isSubscribed) throw bothWays();
    const list = 'topic' in targets ? [targets] : targets;
    const turn = ++this.assigns;
    const topics = [...new Set(list.map(({ topic }) => topic))];
    const { allowAutoTopicCreation } = this.options;
    const [metadata] = await Promise.all([
      this.cluster.metadata(topics, { allowAutoTopicCreation }),
      ensureCodecsReady(),
    ]);
    this.reader.assertOpen();
    const resolved = resolveTargets(list, metadata);
    if (turn !== this.assigns) return; // a later call has decided already
    const { added } = this.partitions.replace(resolved);
    for (const partition of added) {
      partition.lookFor(this.group ? fromGroup : this.positions.initial(partition));
    }
    for (const target of resolved) {
      if (target.offset === undefined) continue;
      this.place(this.partitions.get(target), target.offset);
    }
    this.proceed();
  }

  /** The partitions that are read. */
  assignment(): TopicPartition[] {
    if (this.group?.isSubscribed) return this.group.owned.map(plain);
    return [...this.partitions].map(plain);
  }

  /**
   * Goes on reading a partition elsewhere.
   *
   * @throws ConsumerStateError when it is not assigned
   */
  seek({ offset, leaderEpoch, ...at }: PartitionPosition): void {
    this.reader.assertOpen();
    this.place(this.partitions.get(at), offset, leaderEpoch);
    this.proceed();
  }

  /** Goes on at the begin; without an argument in all partitions. Throws as {@link seek} does. */
  seekToBeginning(partitions: readonly TopicPartition[] = this.assignment()): void {
    for (const at of partitions) this.seek({ ...at, offset: 'earliest' });
  }

  /** Goes on at the end; without an argument in all partitions. Throws as {@link seek} does. */
  seekToEnd(partitions: readonly TopicPartition[] = this.assignment()): void {
    for (const at of partitions) this.seek({ ...at, offset: 'latest' });
  }

  /**
   * Offset of the next record that will be handed out, as far as it is known which one that is.
   * Waits until a position that has to be looked up is found, for the client's `apiTimeout`.
   *
   * @throws ConsumerStateError when the partition is not assigned; the partition's error;
   *   ProtocolError REQUEST_TIMED_OUT
   */
  async position(at: TopicPartition): Promise<number> {
    const { clock, apiTimeout } = this.cluster.options;
    const late = deferred<never>();
    const timer = clock.setTimeout(() => {
      const text = `The position in ${formatPartition(at)} was not found in ${apiTimeout} ms.`;
      late.reject(new ProtocolError('REQUEST_TIMED_OUT', text));
    }, apiTimeout);
    try {
      for (;;) {
        this.reader.assertOpen();
        const partition = this.partitions.get(at);
        if (partition.position !== undefined) return partition.position;
        if (partition.error) throw this.reader.takeError(partition) as Error;
        await Promise.race([this.changed.promise, late.promise]);
      }
    } finally {
      clock.clearTimeout(timer);
    }
  }

  /**
   * Hands out nothing of these partitions until {@link resume}, nor fetches them; what was fetched
   * stays. Without an argument all. Throws as {@link seek} does.
   */
  pause(partitions: readonly TopicPartition[] = this.assignment()): void {
    this.setPaused(partitions, true);
  }

  /** Ends {@link pause}. */
  resume(partitions: readonly TopicPartition[] = this.assignment()): void {
    this.setPaused(partitions, false);
  }

  /** The partitions that are paused. */
  paused(): TopicPartition[] {
    return [...this.partitions].filter(({ paused }) => paused).map(plain);
  }

  /**
   * The first offsets there are, of any partitions.
   *
   * @throws ProtocolError, RetriesExhaustedError
   */
  async beginningOffsets(partitions: readonly TopicPartition[]): Promise<PartitionOffset[]> {
    return this.offsetsAt(partitions, OffsetSpec.EARLIEST);
  }

  /**
   * The offsets after the last record that may be read: the high watermark, or the last stable
   * offset when read committed. Throws as {@link beginningOffsets} does.
   */
  async endOffsets(partitions: readonly TopicPartition[]): Promise<PartitionOffset[]> {
    return this.offsetsAt(partitions, OffsetSpec.LATEST);
  }

  /**
   * The first records with at least the given timestamps, in milliseconds since 1970. Throws as
   * {@link beginningOffsets} does.
   */
  async offsetsForTimes(questions: readonly OffsetQuestion[]): Promise<PartitionOffsetForTime[]> {
    this.reader.assertOpen();
    const answers = await this.lookup.askAll(questions);
    return answers.map(({ offset, timestamp, leaderEpoch }, index) => ({
      ...plain(questions[index]),
      offset: offset < 0 ? null : offset,
      timestamp,
      leaderEpoch,
    }));
  }

  /**
   * Records between the position and the end of a partition, as of the last response; undefined
   * before the first. Throws as {@link seek} does.
   */
  currentLag(at: TopicPartition): number | undefined {
    const { position, highWatermark, lastStableOffset } = this.partitions.get(at);
    const isCommitted = this.options.isolationLevel === 'read_committed';
    const end = isCommitted && lastStableOffset >= 0 ? lastStableOffset : highWatermark;
    return position === undefined || end < 0 ? undefined : Math.max(0, end - position);
  }

  /**
   * Batches of records, `maxPollRecords` records at most: at once when something was fetched, else
   * as soon as something comes.
   *
   * @param timeoutMs longest wait in milliseconds. Default 1000
   * @returns an empty list when the time is over, or when the consumer was closed meanwhile
   * @throws the error of a partition, see above; WakeupError, ConsumerStateError,
   *   ClientClosedError
   */
  poll(timeoutMs = 1000): Promise<ConsumerBatch[]> {
    try {
      this.assertReadable();
      const batches = this.reader.takeBatches(this.options.maxPollRecords);
      return batches.length > 0 ? Promise.resolve(batches) : this.waitAndPoll(timeoutMs);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /**
   * All records, one after the other, until the consumer is closed. Leaving the loop closes
   * nothing: whoever reads next goes on with the next record.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<ConsumerRecord> {
    this.assertReadable();
    return new RecordIterator(this.reader);
  }

  /** All records, batch by batch as they were written, until the consumer is closed. */
  batches(): AsyncIterableIterator<ConsumerBatch> {
    this.assertReadable();
    return new BatchIterator(this.reader);
  }

  /**
   * Calls a handler with all that is read, and waits for it each time before it goes on with that
   * partition.
   *
   * @returns when the consumer was closed
   * @throws what the handler throws: the position is then before what it was given; what
   *   {@link poll} throws
   */
  async run(handlers: ConsumerHandlers & RunOptions): Promise<void> {
    this.assertReadable();
    const { partitionsConsumedConcurrently: limit = 1, autoCommit } = handlers;
    if (!Number.isInteger(limit) || limit < 1) {
      throw new ConsumerStateError(
        `partitionsConsumedConcurrently is ${limit}.`,
        'Give a whole number from 1 on.',
      );
    }
    if (this.running) {
      throw new ConsumerStateError('The consumer is running already.', 'Call run once.');
    }
    if (this.group && autoCommit !== undefined) this.group.autoCommit = autoCommit;
    const ended = (this.running = deferred());
    this.group?.onAsked();
    try {
      if (limit > 1) await new ConcurrentRunLoop(this.reader, limit).run(handlers);
      else await new RunLoop(this.reader, this.partitions).run(handlers);
    } catch (error) {
      this.emitter.emit('crash', { groupId: this.options.group?.groupId, error });
      throw error;
    } finally {
      this.running = undefined;
      this.reader.finish();
      ended.resolve();
      // What a failed handler gave back has to be fetched again.
      this.proceed();
    }
  }

  /** Makes the poll that waits, or else the next one, throw a WakeupError. */
  wakeup(): void {
    this.reader.wakeup();
  }

  /**
   * Stops fetching, wakes whoever waits and closes the connections. May be called twice.
   *
   * A consumer of a group first waits for the handlers of {@link run} (so it must not be waited for
   * inside of one), commits what is finished, and leaves; a static member stays for others to see
   * until its session ends. What the last poll handed out counts as finished only after another poll
   * or a {@link commit}.
   */
  close(options: ConsumerCloseOptions = {}): Promise<void> {
    this.closing ??= this.closeNow(options.timeoutMs ?? 30_000);
    return this.closing;
  }

  private async closeNow(timeoutMs: number): Promise<void> {
    const { group, running } = this;
    group?.withhold();
    this.reader.close();
    if (group) {
      const { clock } = this.cluster.options;
      const late = deferred();
      const timer = clock.setTimeout(late.resolve, timeoutMs);
      const ended = Promise.resolve(running?.promise).then(() => group.close());
      await Promise.race([ended, late.promise]);
      clock.clearTimeout(timer);
    }
    this.forgetMetadata();
    this.fetcher.close();
    this.positions.close();
    this.partitions.replace([]);
    this.tell();
    this.emitter.emit('stop', { groupId: this.options.group?.groupId });
    await this.cluster.close();
  }

  private async waitAndPoll(timeoutMs: number): Promise<ConsumerBatch[]> {
    const { clock } = this.cluster.options;
    const end = clock.monotonic() + timeoutMs;
    for (;;) {
      const goesOn = await this.reader.wait(Math.max(0, end - clock.monotonic()));
      if (this.reader.closed) return [];
      const batches = this.reader.takeBatches(this.options.maxPollRecords);
      if (batches.length > 0 || !goesOn) return batches;
    }
  }

  private async offsetsAt(
    partitions: readonly TopicPartition[],
    timestamp: number,
  ): Promise<PartitionOffset[]> {
    this.reader.assertOpen();
    const answers = await this.lookup.askAll(partitions.map((at) => ({ ...plain(at), timestamp })));
    return answers.map(({ offset }, index) => ({ ...plain(partitions[index]), offset }));
  }

  private place(partition: AssignedPartition, offset: OffsetPosition, leaderEpoch?: number): void {
    if (typeof offset !== 'number') partition.lookFor(wantedOffset(offset));
    else if (Number.isSafeInteger(offset) && offset >= 0) partition.moveTo(offset, leaderEpoch);
    else throw notAnOffset(partition, offset);
    this.partitions.update(partition);
  }

  private setPaused(partitions: readonly TopicPartition[], paused: boolean): void {
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

  /** Does whatever can be done for the partitions as they are now. */
  private proceed(): void {
    this.group?.findPositions();
    this.positions.start();
    this.fetcher.pump();
    this.tell();
  }

  /** Wakes those who wait for a position. */
  private tell(): void {
    const { resolve } = this.changed;
    this.changed = deferred();
    resolve();
  }

  private assertReadable(): void {
    this.reader.assertOpen();
    if (this.partitions.size > 0 || this.group?.isSubscribed) return;
    throw new ConsumerStateError(
      'Nothing is assigned to this consumer.',
      'Call subscribe or assign first.',
    );
  }

  private needGroup(): ConsumerGroup {
    if (this.group) return this.group;
    throw new ConsumerStateError('The consumer has no group.', 'Give it the option groupId.');
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

function plain({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}

function bothWays(): ConsumerStateError {
  return new ConsumerStateError(
    'A consumer is either given its partitions by a group or assigned them by the application.',
    'Use subscribe or assign, not both; unsubscribe in between.',
  );
}

function notAnOffset(at: TopicPartition, offset: number): ConsumerStateError {
  return new ConsumerStateError(
    `${offset} is not an offset of ${formatPartition(at)}.`,
    "Give a whole number from 0 on; seek also takes 'earliest', 'latest' and a timestamp.",
  );
}
