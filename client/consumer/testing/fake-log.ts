import { apis } from '../../protocol/apis';
import type { RequestOf, ResponseInput } from '../../protocol/api';
import { ErrorCode } from '../../protocol/error-codes';
import { OffsetSpec } from '../../protocol/messages/list-offsets';
import type { FakeBroker } from '../../network/testing/fake-broker';
import { RecordBatch, RecordBatchBuilder, type RecordBatchBuilderOptions } from '../../records';
import { formatPartition, type TopicPartition } from '../topic-partition';

type FetchRequest = RequestOf<typeof apis.Fetch>;
type FetchResponse = ResponseInput<typeof apis.Fetch>;
type PartitionReply = FetchResponse['responses'][number]['partitions'][number];

interface FakePartitionLog {
  batches: Buffer[];
  start: number;
  end: number;
}

/** The logs that fake brokers serve Fetch, ListOffsets and OffsetForLeaderEpoch from. */
export class FakeLog {
  /** Changes or replaces the reply about a partition before it is sent. */
  onReply: (at: TopicPartition, reply: PartitionReply, nodeId: number) => void = () => undefined;
  /** Brokers that serve Fetch without leading. */
  readonly followers = new Set<number>();
  private readonly logs = new Map<string, FakePartitionLog>();
  private readonly waiting = new Set<() => void>();

  /** Makes the broker answer from these logs. */
  serve(broker: FakeBroker): void {
    broker.on(apis.Fetch, (body) => this.fetch(broker, body));
    broker.on(apis.ListOffsets, ({ topics }) => ({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }) => ({
          partitionIndex,
          errorCode: leads(broker, name, partitionIndex)
            ? ErrorCode.NONE
            : ErrorCode.NOT_LEADER_OR_FOLLOWER,
          ...this.find(this.log({ topic: name, partition: partitionIndex }), timestamp),
        })),
      })),
    }));
    broker.on(apis.OffsetForLeaderEpoch, ({ topics }) => ({
      topics: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
          const errorCode = refusal(broker, { topic, partition }, currentLeaderEpoch);
          const end = errorCode ? {} : this.epochEnd({ topic, partition }, leaderEpoch);
          return { partition, errorCode, ...end };
        }),
      })),
    }));
  }

  /** Cuts everything from that offset on, which begins a batch. */
  truncate(at: TopicPartition, offset: number): void {
    const log = this.log(at);
    log.batches = log.batches.filter((batch) => new RecordBatch(batch, 0).baseOffset < offset);
    log.end = offset;
  }

  log(at: TopicPartition): FakePartitionLog {
    const name = formatPartition(at);
    const known = this.logs.get(name) ?? { batches: [], start: 0, end: 0 };
    this.logs.set(name, known);
    return known;
  }

  /** Appends one batch of these values; returns it, so that a test can damage it. */
  append(
    at: TopicPartition,
    values: readonly string[],
    options: RecordBatchBuilderOptions & { timestamp?: number } = {},
  ): Buffer {
    const log = this.log(at);
    const maxBytes = 64 * 1024 * 1024;
    const initialCapacity = 1024;
    const builder = new RecordBatchBuilder({
      maxBytes,
      initialCapacity,
      baseOffset: log.end,
      leaderEpoch: 0,
      ...options,
    });
    for (const value of values) builder.tryAppend(options.timestamp ?? 1000 + log.end, 'k', value);
    return this.appendBytes(at, builder.build(), values.length);
  }

  /** Appends a batch as it is. */
  appendBytes(at: TopicPartition, batch: Buffer, offsets: number): Buffer {
    const log = this.log(at);
    log.batches.push(batch);
    log.end += offsets;
    for (const wake of this.waiting) wake();
    return batch;
  }

  private epochEnd(at: TopicPartition, asked: number) {
    const { batches, end } = this.log(at);
    const epochs = batches.map((batch) => new RecordBatch(batch, 0));
    const known = epochs.filter(({ leaderEpoch }) => leaderEpoch <= asked);
    if (known.length === 0) return {};
    const after = epochs.find(({ leaderEpoch }) => leaderEpoch > asked);
    const leaderEpoch = Math.max(...known.map((batch) => batch.leaderEpoch));
    return { leaderEpoch, endOffset: after?.baseOffset ?? end };
  }

  private find(log: FakePartitionLog, timestamp: number) {
    if (timestamp === OffsetSpec.EARLIEST) return { offset: log.start };
    if (timestamp === OffsetSpec.LATEST) return { offset: log.end };
    const young = log.batches
      .map((batch) => new RecordBatch(batch, 0))
      .find(({ maxTimestamp }) => maxTimestamp >= timestamp);
    return young ? { offset: young.baseOffset, timestamp: young.maxTimestamp } : { offset: -1 };
  }

  private async fetch(broker: FakeBroker, request: FetchRequest): Promise<FetchResponse> {
    const first = this.read(broker, request);
    if (first.isEnough || request.maxWaitMs === 0) return first.response;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.waiting.delete(wake);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(wake, request.maxWaitMs).unref();
      this.waiting.add(wake);
    });
    return this.read(broker, request).response;
  }

  private read(broker: FakeBroker, { topics, maxBytes }: FetchRequest) {
    let bytes = 0;
    let failed = false;
    const responses = topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map((asked) => {
        const { partition, fetchOffset, currentLeaderEpoch, partitionMaxBytes } = asked;
        const room = Math.min(partitionMaxBytes, maxBytes - bytes);
        const reply = this.readPartition({ topic, partition }, fetchOffset, room, !bytes);
        const refused =
          !this.followers.has(broker.nodeId) &&
          refusal(broker, { topic, partition }, currentLeaderEpoch);
        if (refused) Object.assign(reply, { errorCode: refused, records: Buffer.alloc(0) });
        this.onReply({ topic, partition }, reply, broker.nodeId);
        bytes += reply.records?.length ?? 0;
        failed ||= reply.errorCode !== 0 || (reply.preferredReadReplica ?? -1) >= 0;
        failed ||= reply.divergingEpoch !== undefined;
        return reply;
      }),
    }));
    return { response: { responses }, isEnough: bytes > 0 || failed };
  }

  private readPartition(
    at: TopicPartition,
    offset: number,
    room: number,
    isFirst: boolean,
  ): PartitionReply {
    const { batches, start, end } = this.log(at);
    const reply = {
      partitionIndex: at.partition,
      errorCode: ErrorCode.NONE as number,
      highWatermark: end,
      lastStableOffset: end,
      logStartOffset: start,
      records: Buffer.alloc(0),
    };
    if (offset < start || offset > end) {
      reply.errorCode = ErrorCode.OFFSET_OUT_OF_RANGE;
    } else {
      const found: Buffer[] = [];
      let left = room;
      for (const batch of batches) {
        if (new RecordBatch(batch, 0).nextOffset <= offset) continue;
        if (batch.length > left && !(isFirst && found.length === 0)) break;
        found.push(batch);
        left -= batch.length;
      }
      reply.records = Buffer.concat(found);
    }
    return reply;
  }
}

/** Why the broker does not answer: it does not lead, or in another epoch than the client believes. */
function refusal(
  broker: FakeBroker,
  { topic, partition }: TopicPartition,
  currentLeaderEpoch: number,
): number {
  if (!leads(broker, topic, partition)) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
  const { leaderEpoch } = broker.cluster.topics.get(topic)!.partitions[partition];
  if (currentLeaderEpoch < 0 || currentLeaderEpoch === leaderEpoch) return ErrorCode.NONE;
  return currentLeaderEpoch < leaderEpoch
    ? ErrorCode.FENCED_LEADER_EPOCH
    : ErrorCode.UNKNOWN_LEADER_EPOCH;
}

function leads(broker: FakeBroker, topic: string, partition: number): boolean {
  return broker.cluster.topics.get(topic)?.partitions[partition]?.leader === broker.nodeId;
}
