import type { Kafka } from '../../../client';
import type { History } from '../checker/history';

const POLL_MS = 1000;

/** Reads each partition to its end, with a client of its own, and keeps that as a final read. */
export async function readToTheEnd(
  kafka: Kafka,
  history: History,
  topic: string,
  partitions: number,
): Promise<void> {
  const consumer = kafka.consumer({ autoOffsetReset: 'none', fetchMaxWaitMs: 200 });
  try {
    const all = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
    const starts = await consumer.beginningOffsets(all);
    const ends = await consumer.endOffsets(all);
    const reads = new Map<number, { offsets: number[]; values: number[]; logStart: number }>();
    for (const { partition, offset } of starts) {
      reads.set(partition, { offsets: [], values: [], logStart: offset });
    }
    await consumer.assign(starts);
    const reached = (partition: number): number => {
      const { offsets, logStart } = reads.get(partition)!;
      return (offsets.at(-1) ?? logStart - 1) + 1;
    };
    while (ends.some(({ partition, offset }) => reached(partition) < offset)) {
      for (const { partition, records } of await consumer.poll(POLL_MS)) {
        const { offsets, values } = reads.get(partition)!;
        for (const { offset, value } of records) {
          offsets.push(offset);
          values.push(Number(value));
        }
      }
    }
    for (const [partition, read] of reads) {
      history.partition(`${topic}-${partition}`).finals.push({ source: 'protocol', ...read });
    }
  } finally {
    await consumer.close();
  }
}
