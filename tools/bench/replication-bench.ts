import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { msgpackCodec } from '../../client/protocol/msgpack/codec';
import { apis } from '../../client/protocol/apis';
import { createTopic, deleteTopic, frameOf, produceFrame, throughput } from './broker-bench';
import { cpuSeconds, ownBytes, residentBytes, startChild } from './child';
import { compare, type Comparison } from './measure';
import type { Product } from './product';
import { prototypeProduce } from './prototype-protocol';
import { runRawLoad } from './raw-load';

const FOLLOWERS = 2;

/** What is sent to be replicated. */
export interface ReplicatedLoad {
  readonly batch: Buffer;
  readonly totalBytes: number;
  /** Batches that are unanswered at a time. */
  readonly inFlight: number;
}

/**
 * Bytes per second acknowledged by all three of three replicas, by the product and by the prototype:
 * a leader and two followers, a process each.
 */
export async function compareReplicated(
  product: Product,
  folder: string,
  { batch, totalBytes, inFlight }: ReplicatedLoad,
): Promise<Comparison> {
  const topic = `replicated-${batch.length}-${inFlight}`;
  await createTopic(product.port, topic, 1, 1 + FOLLOWERS);
  const leaders = await leaderPort(product, topic);
  const load = { batchBytes: batch.length, totalBytes, inFlight };
  const home = mkdtempSync(join(folder, 'prototype-'));
  const leader = await startChild('prototype-leader', [join(home, 'leader'), `${FOLLOWERS}`]);
  const followers = await Promise.all(
    Array.from({ length: FOLLOWERS }, (_, n) =>
      startChild('prototype-follower', [join(home, `follower-${n}`), `${n}`, `${leader.port}`]),
    ),
  );
  try {
    return await compare(
      throughput(leaders, load, produceFrame(topic, batch, -1)),
      throughput(leader.port, load, prototypeProduce(batch)),
    );
  } finally {
    for (const child of [...followers, leader]) child.stop();
    rmSync(home, { recursive: true });
    await deleteTopic(leaders, topic);
  }
}

export interface IdleCost {
  /** Of one core, 0 to 1; the mean of the brokers. */
  readonly cpu: number;
  /** Resident memory of the largest broker. */
  readonly bytes: number;
  /** What of it is not shared with other processes of Node, of whichever has most. */
  readonly ownBytes: number;
}

/** Within which V8 gives back what it took for something that is over. */
const SETTLING_MS = 120_000;

/**
 * What the brokers take while nothing happens, with so many partitions of three replicas: two minutes
 * after these have been made, which is more work than a cluster at rest ever has.
 */
export async function idleCost(
  product: Product,
  partitions: number,
  seconds: number,
): Promise<IdleCost> {
  const topic = `idle-${partitions}`;
  await createTopic(product.port, topic, partitions, 1 + FOLLOWERS);
  await new Promise((settled) => setTimeout(settled, SETTLING_MS));
  const pids = product.brokers.map(({ pid }) => pid);
  const used = () => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const before = used();
  await new Promise((over) => setTimeout(over, seconds * 1000));
  const cpu = (used() - before) / seconds / pids.length;
  const bytes = Math.max(...pids.map(residentBytes));
  const own = Math.max(...pids.map(ownBytes));
  await deleteTopic(product.port, topic);
  return { cpu, bytes, ownBytes: own };
}

/** Port of the broker that leads the first partition of a topic. */
export async function leaderPort(product: Product, topic: string): Promise<number> {
  let port = product.port;
  await runRawLoad({
    port,
    requests: 1,
    inFlight: 1,
    frame: () => frameOf(apis.Metadata, { topics: [{ name: topic }] }),
    onResponse: (payload) => {
      const { brokers, topics } = msgpackCodec
        .decodeResponse(payload)
        .body(apis.Metadata, apis.Metadata.spoken.max) as {
        brokers: { nodeId: number; port: number }[];
        topics: { partitions: { leaderId: number }[] }[];
      };
      const { leaderId } = topics[0].partitions[0];
      port = brokers.find(({ nodeId }) => nodeId === leaderId)?.port ?? port;
    },
  });
  return port;
}
