import { apis } from '../../client/protocol/apis';
import type { Api } from '../../client/protocol/api';
import { msgpackCodec } from '../../client/protocol/msgpack/codec';
import { computeCrc, RecordBatch, RecordBatchBuilder } from '../../client/records';
import { startChild } from './child';
import { medianOf } from './measure';
import type { Product } from './product';
import { prototypeFetch, prototypeProduce } from './prototype-protocol';
import { runRawLoad } from './raw-load';

const IN_FLIGHT = 5;
const RUNS = 3;
const FETCH_BYTES = 1 << 20;

/** Batches of records of this size that fill about this many bytes. */
export function filledBatch(batchBytes: number, recordBytes: number): Buffer {
  const builder = new RecordBatchBuilder({ maxBytes: batchBytes, compression: 'none' });
  const value = Buffer.alloc(recordBytes, 'x');
  while (builder.tryAppend(Date.now(), null, value) >= 0);
  return Buffer.from(builder.build());
}

export function frameOf(api: Api, body: object): Buffer[] {
  const header = { apiVersion: api.versions.max, correlationId: 1, clientId: 'bench' };
  return msgpackCodec.encodeRequest(api, header, body);
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
  const configs = [{ name: 'segment.bytes', value: '2147483647' }];
  const topics = [{ name, numPartitions, replicationFactor, configs }];
  const request = { topics, timeoutMs: 10_000 };
  await runRawLoad({
    port,
    requests: 1,
    inFlight: 1,
    frame: () => frameOf(apis.CreateTopics, request),
  });
}

/** Bytes per second of batches appended with acks=1 over one connection, five unanswered. */
export async function productProduce(
  { port }: Product,
  batch: Buffer,
  totalBytes: number,
): Promise<number> {
  const topic = `produce-${batch.length}`;
  await createTopic(port, topic);
  const frame = frameOf(apis.Produce, {
    acks: 1,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records: batch }] }],
  });
  return throughput(port, batch, totalBytes, () => frame);
}

/** The same through the prototype. */
export async function prototypeProduceRate(
  folder: string,
  batch: Buffer,
  totalBytes: number,
): Promise<number> {
  const child = await startChild('prototype-broker', [folder]);
  const frame = prototypeProduce(batch);
  try {
    return await throughput(child.port, batch, totalBytes, () => frame);
  } finally {
    child.stop();
  }
}

export function throughput(
  port: number,
  batch: Buffer,
  totalBytes: number,
  frame: () => Buffer[],
): Promise<number> {
  const requests = Math.ceil(totalBytes / batch.length);
  return medianOf(RUNS, async () => {
    const time = await runRawLoad({ port, requests, inFlight: IN_FLIGHT, frame });
    return (requests * batch.length) / time;
  });
}

/** Bytes per second fetched in responses of 1 MiB, with the CRC of each batch checked. */
export async function productFetch({ port }: Product, totalBytes: number): Promise<number> {
  const topic = 'fetch';
  await createTopic(port, topic);
  const batch = filledBatch(64 * 1024, 1000);
  const { recordCount } = new RecordBatch(batch, 0);
  const batches = Math.ceil(totalBytes / batch.length);
  const produce = frameOf(apis.Produce, {
    acks: 1,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records: batch }] }],
  });
  await runRawLoad({ port, requests: batches, inFlight: IN_FLIGHT, frame: () => produce });
  const perFetch = Math.floor(FETCH_BYTES / batch.length);
  return medianOf(RUNS, async () => {
    let bytes = 0;
    const time = await runRawLoad({
      port,
      requests: Math.floor(batches / perFetch),
      inFlight: 2,
      frame: (n) =>
        frameOf(apis.Fetch, {
          maxWaitMs: 1000,
          minBytes: 1,
          topics: [
            {
              topic,
              partitions: [
                {
                  partition: 0,
                  fetchOffset: n * perFetch * recordCount,
                  partitionMaxBytes: FETCH_BYTES,
                },
              ],
            },
          ],
        }),
      onResponse: (payload) => {
        const { responses } = msgpackCodec
          .decodeResponse(payload)
          .body(apis.Fetch, apis.Fetch.versions.max) as {
          responses: { partitions: { records: Buffer }[] }[];
        };
        bytes += checkedBytes(responses[0].partitions[0].records);
      },
    });
    return bytes / time;
  });
}

/** The same through the prototype. */
export async function prototypeFetchRate(folder: string, totalBytes: number): Promise<number> {
  const child = await startChild('prototype-broker', [folder]);
  const batch = filledBatch(64 * 1024, 1000);
  const batches = Math.ceil(totalBytes / batch.length);
  const produce = prototypeProduce(batch);
  await runRawLoad({
    port: child.port,
    requests: batches,
    inFlight: IN_FLIGHT,
    frame: () => produce,
  });
  const perFetch = Math.floor(FETCH_BYTES / batch.length);
  const fetchBytes = perFetch * batch.length;
  const rate = await medianOf(RUNS, async () => {
    let bytes = 0;
    const time = await runRawLoad({
      port: child.port,
      requests: Math.floor(batches / perFetch),
      inFlight: 2,
      frame: (n) => prototypeFetch(n * fetchBytes, fetchBytes),
      onResponse: (payload) => (bytes += checkedBytes(payload)),
    });
    return bytes / time;
  });
  child.stop();
  return rate;
}

function checkedBytes(records: Buffer): number {
  for (let position = 0; position < records.length;) {
    const batch = new RecordBatch(records, position);
    if (batch.crc !== computeCrc(records, position)) throw new Error('A batch is damaged.');
    position = batch.end;
  }
  return records.length;
}
