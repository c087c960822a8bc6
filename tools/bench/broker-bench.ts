import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { apis } from '../../client/protocol/apis';
import type { Api } from '../../client/protocol/api';
import { msgpackCodec } from '../../client/protocol/msgpack/codec';
import { computeCrc, RecordBatch, RecordBatchBuilder } from '../../client/records';
import { withChild, type BenchChild } from './child';
import { compare, type Comparison, type Run } from './measure';
import type { Product } from './product';
import { prototypeFetch, prototypeProduce } from './prototype-protocol';
import { runRawLoad } from './raw-load';

const IN_FLIGHT = 5;
const FETCHES_IN_FLIGHT = 2;
const FETCH_BYTES = 1 << 20;

/** Batches of records of this size that fill about this many bytes. */
export function filledBatch(batchBytes: number, recordBytes: number): Buffer {
  const builder = new RecordBatchBuilder({ maxBytes: batchBytes, compression: 'none' });
  const value = Buffer.alloc(recordBytes, 'x');
  while (builder.tryAppend(Date.now(), null, value) >= 0);
  return Buffer.from(builder.build());
}

export function frameOf(api: Api, body: object): Buffer[] {
  const header = { apiVersion: api.spoken.max, correlationId: 1, clientId: 'bench' };
  return msgpackCodec.encodeRequest(api, header, body);
}

/** A request with one batch. */
export function produceFrame(topic: string, batch: Buffer, acks: number): Buffer[] {
  return frameOf(apis.Produce, {
    acks,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records: batch }] }],
  });
}

/**
 * Creates a topic by hand: the bench measures the broker, not our client. One segment holds all:
 * rolling flushes the old segment to the disk, and the ceilings do not wait for disks either.
 */
export async function createTopic(
  port: number,
  name: string,
  numPartitions = 1,
  replicationFactor = 1,
): Promise<void> {
  const configs = [
    { name: 'segment.bytes', value: '2147483647' },
    { name: 'file.delete.delay.ms', value: '0' },
  ];
  const topics = [{ name, numPartitions, replicationFactor, configs }];
  const request = { topics, timeoutMs: 10_000 };
  await runRawLoad({
    port,
    requests: 1,
    inFlight: 1,
    frame: () => frameOf(apis.CreateTopics, request),
  });
}

/**
 * What was written would fill the memory, and the next to be measured would wait for pages that
 * the machine has not given out before, which takes several times as long.
 */
export async function deleteTopic(port: number, name: string): Promise<void> {
  const request = { topics: [{ name }], timeoutMs: 10_000 };
  const frame = () => frameOf(apis.DeleteTopics, request);
  await runRawLoad({ port, requests: 1, inFlight: 1, frame });
}

/** How much is produced, and how. */
interface ProduceLoad {
  readonly batchBytes: number;
  readonly totalBytes: number;
  /** Requests that are unanswered at a time. Default 5, as with `max.in.flight.requests.per.connection`. */
  readonly inFlight?: number;
}

/** Bytes per second of the same frame, sent again and again over one connection. */
export function throughput(
  port: number,
  { batchBytes, totalBytes, inFlight = IN_FLIGHT }: ProduceLoad,
  frame: readonly Buffer[],
): Run {
  const requests = Math.ceil(totalBytes / batchBytes);
  return async () => {
    const time = await runRawLoad({ port, requests, inFlight, frame: () => frame });
    return (requests * batchBytes) / time;
  };
}

/** A prototype of a broker, whose file goes when it goes. */
export async function withPrototype<T>(
  folder: string,
  use: (prototype: BenchChild) => Promise<T>,
): Promise<T> {
  const home = mkdtempSync(join(folder, 'prototype-'));
  try {
    return await withChild('prototype-broker', [home], use);
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** Bytes per second of batches appended with acks=1, by the product and by the prototype. */
export async function compareProduce(
  product: Product,
  folder: string,
  batch: Buffer,
  totalBytes: number,
): Promise<Comparison> {
  const topic = `produce-${batch.length}`;
  await createTopic(product.port, topic);
  const frame = produceFrame(topic, batch, 1);
  const load = { batchBytes: batch.length, totalBytes };
  const result = await withPrototype(folder, ({ port }) =>
    compare(throughput(product.port, load, frame), throughput(port, load, prototypeProduce(batch))),
  );
  await deleteTopic(product.port, topic);
  return result;
}

/** Bytes per second fetched in responses of 1 MiB, with the CRC of each batch checked. */
export async function compareFetch(
  product: Product,
  folder: string,
  totalBytes: number,
): Promise<Comparison> {
  const topic = 'fetch';
  await createTopic(product.port, topic);
  const batch = filledBatch(64 * 1024, 1000);
  const { recordCount } = new RecordBatch(batch, 0);
  const perFetch = Math.floor(FETCH_BYTES / batch.length);
  const fetches = Math.ceil(totalBytes / batch.length / perFetch);
  const load = { batchBytes: batch.length, totalBytes: fetches * perFetch * batch.length };
  const fill = (port: number, frame: readonly Buffer[]) => throughput(port, load, frame)();
  await fill(product.port, produceFrame(topic, batch, 1));
  const fetchFrom = (n: number) => {
    const fetchOffset = n * perFetch * recordCount;
    const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: FETCH_BYTES }];
    return frameOf(apis.Fetch, { maxWaitMs: 1000, minBytes: 1, topics: [{ topic, partitions }] });
  };
  const fetchBytes = perFetch * batch.length;
  const result = await withPrototype(folder, async ({ port }) => {
    await fill(port, prototypeProduce(batch));
    return compare(
      fetching(product.port, fetches, fetchFrom, recordsOfFetch),
      fetching(port, fetches, (n) => prototypeFetch(n * fetchBytes, fetchBytes)),
    );
  });
  await deleteTopic(product.port, topic);
  return result;
}

function fetching(
  port: number,
  requests: number,
  frame: (n: number) => readonly Buffer[],
  recordsOf = (payload: Buffer) => payload,
): Run {
  return async () => {
    let bytes = 0;
    const onResponse = (payload: Buffer) => (bytes += checkedBytes(recordsOf(payload)));
    const load = { port, requests, inFlight: FETCHES_IN_FLIGHT, frame, onResponse };
    const time = await runRawLoad(load);
    return bytes / time;
  };
}

function recordsOfFetch(payload: Buffer): Buffer {
  const { responses } = msgpackCodec
    .decodeResponse(payload)
    .body(apis.Fetch, apis.Fetch.spoken.max) as {
    responses: { partitions: { records: Buffer }[] }[];
  };
  return responses[0].partitions[0].records;
}

function checkedBytes(records: Buffer): number {
  for (let position = 0; position < records.length;) {
    const batch = new RecordBatch(records, position);
    if (batch.crc !== computeCrc(records, position)) throw new Error('A batch is damaged.');
    position = batch.end;
  }
  return records.length;
}
