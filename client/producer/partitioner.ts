import type { PartitionMetadata } from '../network';
import type { RecordBytes, RecordHeaderInput } from '../records';
import { murmur2, murmur2OfText } from './murmur2';

/** What a custom partitioner is asked. */
export interface PartitionQuestion {
  readonly topic: string;
  readonly key: RecordBytes;
  readonly value: RecordBytes;
  readonly headers: readonly RecordHeaderInput[];
  /** All partitions of the topic, by number. */
  readonly partitions: readonly PartitionMetadata[];
  /** Numbers of those that have a leader; of all when none has. */
  readonly available: readonly number[];
}

/** Chooses the partition of a record: a number from 0 to one less than the number of partitions. */
export type PartitionerFunction = (question: PartitionQuestion) => number;

/**
 * - `default`: by the hash of the key, as Kafka's own producer and with the same result; records
 *   without a key stick to one partition for about a batch.
 * - `roundRobin`: one available partition after the other, whatever the key.
 * - a function.
 */
export type PartitionerChoice = 'default' | 'roundRobin' | PartitionerFunction;

/**
 * The partition of a key: `(murmur2(key) & 0x7fffffff) % partitionCount`, over all partitions
 * whether they have a leader or not, so that a key never wanders.
 */
export function partitionOfKey(key: Uint8Array | string, partitionCount: number): number {
  const hash = typeof key === 'string' ? murmur2OfText(key) : murmur2(key);
  return (hash & 0x7fffffff) % partitionCount;
}

/** Takes one available partition after the other, beginning anywhere; one counter per topic. */
export function roundRobinPartitioner(random: () => number = Math.random): PartitionerFunction {
  const counters = new Map<string, number>();
  return ({ topic, available }) => {
    const turn = counters.get(topic) ?? Math.floor(random() * available.length);
    counters.set(topic, (turn + 1) % 0x4000_0000);
    return available[turn % available.length];
  };
}
