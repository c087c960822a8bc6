import { join } from 'node:path';
import { msgpackCodec } from '../../client/protocol/msgpack/codec';
import { apis } from '../../client/protocol/apis';
import { createTopic, frameOf, throughput } from './broker-bench';
import { cpuSeconds, residentBytes, startChild } from './child';
import type { Product } from './product';
import { prototypeProduce } from './prototype-protocol';
import { runRawLoad } from './raw-load';

const FOLLOWERS = 2;

/** Bytes per second acknowledged by all three of three replicas. */
export async function productReplicatedRate(
  product: Product,
  batch: Buffer,
  totalBytes: number,
): Promise<number> {
  const topic = `replicated-${batch.length}`;
  await createTopic(product.port, topic, 1, 1 + FOLLOWERS);
  const frame = frameOf(apis.Produce, {
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records: batch }] }],
  });
  return throughput(await leaderPort(product, topic), batch, totalBytes, () => frame);
}

/** The same through the prototype: a leader and two followers, a process each. */
export async function prototypeReplicatedRate(
  folder: string,
  batch: Buffer,
  totalBytes: number,
): Promise<number> {
  const leader = await startChild('prototype-leader', [join(folder, 'leader'), `${FOLLOWERS}`]);
  const followers = await Promise.all(
    Array.from({ length: FOLLOWERS }, (_, n) =>
      startChild('prototype-follower', [join(folder, `follower-${n}`), `${n}`, `${leader.port}`]),
    ),
  );
  const frame = prototypeProduce(batch);
  try {
    return await throughput(leader.port, batch, totalBytes, () => frame);
  } finally {
    for (const child of [...followers, leader]) child.stop();
  }
}

export interface IdleCost {
  /** Of one core, 0 to 1; the mean of the brokers. */
  readonly cpu: number;
  /** Resident memory of the largest broker. */
  readonly bytes: number;
}

/** What the brokers take while nothing happens, with so many partitions of three replicas. */
export async function idleCost(
  product: Product,
  partitions: number,
  seconds: number,
): Promise<IdleCost> {
  await createTopic(product.port, `idle-${partitions}`, partitions, 1 + FOLLOWERS);
  // Until the new partitions have settled.
  await new Promise((settled) => setTimeout(settled, 5000));
  const pids = product.brokers.map(({ pid }) => pid);
  const used = () => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const before = used();
  await new Promise((over) => setTimeout(over, seconds * 1000));
  return {
    cpu: (used() - before) / seconds / pids.length,
    bytes: Math.max(...pids.map(residentBytes)),
  };
}

async function leaderPort(product: Product, topic: string): Promise<number> {
  let port = product.port;
  await runRawLoad({
    port,
    requests: 1,
    inFlight: 1,
    frame: () => frameOf(apis.Metadata, { topics: [{ name: topic }] }),
    onResponse: (payload) => {
      const { brokers, topics } = msgpackCodec
        .decodeResponse(payload)
        .body(apis.Metadata, apis.Metadata.versions.max) as {
        brokers: { nodeId: number; port: number }[];
        topics: { partitions: { leaderId: number }[] }[];
      };
      const { leaderId } = topics[0].partitions[0];
      port = brokers.find(({ nodeId }) => nodeId === leaderId)?.port ?? port;
    },
  });
  return port;
}
