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

/** The logs that fake brokers of one cluster serve Fetch and ListOffsets from. */
export class FakeLog {
  /** Changes or replaces the reply about a partition before it is sent. */
  onReply: (at: TopicPartition, reply: PartitionReply, nodeId: number) => void = () => undefined;
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
      partitions: partitions.map(({ partition, fetchOffset, partitionMaxBytes }) => {
        const room = Math.min(partitionMaxBytes, maxBytes - bytes);
        const reply = this.readPartition(broker, { topic, partition }, fetchOffset, room, !bytes);
        this.onReply({ topic, partition }, reply, broker.nodeId);
        bytes += reply.records?.length ?? 0;
        failed ||= reply.errorCode !== 0 || (reply.preferredReadReplica ?? -1) >= 0;
        return reply;
      }),
    }));
    return { response: { responses }, isEnough: bytes > 0 || failed };
  }

  private readPartition(
    broker: FakeBroker,
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
    if (!leads(broker, at.topic, at.partition)) {
      reply.errorCode = ErrorCode.NOT_LEADER_OR_FOLLOWER;
    } else if (offset < start || offset > end) {
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

function leads(broker: FakeBroker, topic: string, partition: number): boolean {
  return broker.cluster.topics.get(topic)?.partitions[partition]?.leader === broker.nodeId;
}
