import { OffsetSpec } from '../protocol/messages/list-offsets';
import { ProtocolError } from '../protocol/protocol-error';
import { awaitedTimeout } from '../runtime/clock';
import { deferred } from '../runtime/deferred';
import { ensureCodecsReady } from '../records';
import { resolveTargets, type AssignmentTarget } from './assignment-target';
import { groupOrAssignment } from './consumer-errors';
import type { ConsumerCore } from './consumer-core';
import type { OffsetQuestion } from './offset-lookup';
import { fromGroup, type PartitionPosition } from './offset-position';
import type { PartitionOffset, PartitionOffsetForTime } from './partition-offset';
import { formatPartition, type TopicPartition } from './topic-partition';

/** What a consumer can do with its partitions beside reading them: assign, seek, pause, ask. */
export class AssignedConsumer {
  private assigns = 0;

  protected constructor(protected readonly core: ConsumerCore) {}

  /**
   * Makes these the partitions to read, in place of those before. Partitions that stay keep their
   * position and what was fetched, unless an offset is given.
   *
   * @throws ProtocolError when a topic or partition does not exist or may not be read;
   *   RetriesExhaustedError when that cannot be found out within `apiTimeout`; ClientClosedError
   */
  async assign(targets: AssignmentTarget | readonly AssignmentTarget[]): Promise<void> {
    this.core.reader.assertOpen();
    if (this.core.group?.isSubscribed) throw groupOrAssignment();
    const list = 'topic' in targets ? [targets] : targets;
    const turn = ++this.assigns;
    const topics = [...new Set(list.map(({ topic }) => topic))];
    const { allowAutoTopicCreation } = this.core.options;
    const [metadata] = await Promise.all([
      this.core.cluster.metadata(topics, { allowAutoTopicCreation }),
      ensureCodecsReady(),
    ]);
    this.core.reader.assertOpen();
    const resolved = resolveTargets(list, metadata);
    if (turn !== this.assigns) return; // a later call has decided already
    const { added } = this.core.partitions.replace(resolved);
    for (const partition of added) {
      partition.lookFor(this.core.group ? fromGroup : this.core.initial(partition));
    }
    for (const target of resolved) {
      if (target.offset === undefined) continue;
      this.core.place(this.core.partitions.get(target), target.offset);
    }
    this.core.proceed();
  }

  /** The partitions that are read. */
  assignment(): TopicPartition[] {
    if (this.core.group?.isSubscribed) return this.core.group.owned.map(plain);
    return [...this.core.partitions].map(plain);
  }

  /**
   * Goes on reading a partition elsewhere.
   *
   * @throws ConsumerStateError when it is not assigned
   */
  seek({ offset, leaderEpoch, ...at }: PartitionPosition): void {
    this.core.reader.assertOpen();
    this.core.place(this.core.partitions.get(at), offset, leaderEpoch);
    this.core.proceed();
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
    const { clock, apiTimeout } = this.core.cluster.options;
    const late = deferred<never>();
    const onTime = () => {
      const text = `The position in ${formatPartition(at)} was not found in ${apiTimeout} ms.`;
      late.reject(new ProtocolError('REQUEST_TIMED_OUT', text));
    };
    const timer = awaitedTimeout(onTime, apiTimeout, clock);
    try {
      for (;;) {
        this.core.reader.assertOpen();
        const partition = this.core.partitions.get(at);
        if (partition.position !== undefined) return partition.position;
        if (partition.error) throw this.core.reader.takeError(partition) as Error;
        await Promise.race([this.core.moved, late.promise]);
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
    this.core.setPaused(partitions, true);
  }

  /** Ends {@link pause}. */
  resume(partitions: readonly TopicPartition[] = this.assignment()): void {
    this.core.setPaused(partitions, false);
  }

  /** The partitions that are paused. */
  paused(): TopicPartition[] {
    return [...this.core.partitions].filter(({ paused }) => paused).map(plain);
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
    this.core.reader.assertOpen();
    const answers = await this.core.lookup.askAll(questions);
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
    const { position, highWatermark, lastStableOffset } = this.core.partitions.get(at);
    const isCommitted = this.core.options.isolationLevel === 'read_committed';
    const end = isCommitted && lastStableOffset >= 0 ? lastStableOffset : highWatermark;
    return position === undefined || end < 0 ? undefined : Math.max(0, end - position);
  }

  private async offsetsAt(
    partitions: readonly TopicPartition[],
    timestamp: number,
  ): Promise<PartitionOffset[]> {
    this.core.reader.assertOpen();
    const questions = partitions.map((at) => ({ ...plain(at), timestamp }));
    const answers = await this.core.lookup.askAll(questions);
    return answers.map(({ offset }, index) => ({ ...plain(partitions[index]), offset }));
  }
}

function plain({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
