import { CreateTopics } from '../../client/protocol/messages/create-topics';
import { Fetch } from '../../client/protocol/messages/fetch';
import { Produce } from '../../client/protocol/messages/produce';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { RecordBatch } from '../../client/records';
import { forEachBatch, RecordBatchBuilder, recordsOf } from '../../client/records';
import type { RawClient } from './raw-client';

const FETCH_BYTES = 4 * 1024 * 1024;

/** A record as these tests use them: an integer, at an offset. */
export interface StoredInteger {
  readonly offset: number;
  readonly value: number;
}

/** @throws ProtocolError why it was not created */
export async function createTopic(
  client: RawClient,
  name: string,
  numPartitions: number,
  configs: Readonly<Record<string, string>> = {},
): Promise<void> {
  const entries = Object.entries(configs).map(([key, value]) => ({ name: key, value }));
  const topic = { name, numPartitions, replicationFactor: 1, configs: entries };
  const { topics } = await client.request(CreateTopics, { topics: [topic] });
  throwFor(topics[0]!.errorCode, topics[0]!.errorMessage);
}

/** A batch as a producer sends it, one record per integer, in decimal. */
export function integerBatch(values: readonly number[], padding = 0): Buffer {
  const builder = new RecordBatchBuilder({ maxBytes: 1024 * 1024 });
  const key = padding > 0 ? Buffer.alloc(padding, 0x2e) : null;
  for (const value of values) builder.tryAppend(Date.now(), key, String(value));
  return Buffer.from(builder.build());
}

/** Base offset of what was appended with acks=1. @throws ProtocolError why nothing was */
export async function produce(
  client: RawClient,
  name: string,
  index: number,
  records: Buffer,
): Promise<number> {
  const topicData = [{ name, partitionData: [{ index, records }] }];
  const { responses } = await client.request(Produce, { acks: 1, timeoutMs: 30_000, topicData });
  const { errorCode, errorMessage, baseOffset } = responses[0]!.partitionResponses[0]!;
  throwFor(errorCode, errorMessage);
  return baseOffset;
}

/** Everything from an offset up to the high watermark. @throws ProtocolError */
export async function readBatches(
  client: RawClient,
  topic: string,
  partition: number,
  from = 0,
): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for (let fetchOffset = from; ;) {
    const wanted = { partition, fetchOffset, partitionMaxBytes: FETCH_BYTES };
    const topics = [{ topic, partitions: [wanted] }];
    const { responses } = await client.request(Fetch, { maxWaitMs: 0, minBytes: 0, topics });
    const { errorCode, highWatermark, records } = responses[0]!.partitions[0]!;
    throwFor(errorCode);
    if (fetchOffset >= highWatermark) return chunks;
    if (!records || records.length === 0) throw new Error(`Nothing at ${fetchOffset}.`);
    chunks.push(records);
    forEachBatch(records, (batch) => void (fetchOffset = batch.nextOffset));
  }
}

/** As {@link readBatches}, for the integers. */
export async function readIntegers(
  client: RawClient,
  topic: string,
  partition: number,
  from = 0,
): Promise<StoredInteger[]> {
  const found: StoredInteger[] = [];
  for (const chunk of await readBatches(client, topic, partition, from)) {
    forEachBatch(chunk, (batch) => void found.push(...integersOf(batch)));
  }
  return found;
}

/** The integers of one batch. */
export function integersOf({ buffer, position }: RecordBatch): StoredInteger[] {
  return recordsOf(buffer, position).map(({ offset, value }) => ({
    offset,
    value: Number(value?.toString()),
  }));
}

function throwFor(errorCode: number, message?: string | null): void {
  const error = ProtocolError.fromCode(errorCode, message);
  if (error) throw error;
}
