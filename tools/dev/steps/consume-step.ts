import type { Consumer } from '../../../client';
import { systemClock } from '../../../client/runtime/clock';
import { startProgress } from '../../cli/progress';
import { KeyPlaces } from '../demo/key-places';
import { Tally } from '../demo/tally';
import type { StartContext } from '../start-context';
import type { Step } from '../step';

/** Nothing for so long, and it is not going to come. In milliseconds. */
const PATIENCE_MS = 15_000;

/** Reads back what was produced. Sets `demo.read` and `demo.keys`. */
export const consumeStep: Step<StartContext> = {
  title: 'Reading them back',
  run: async (context) => {
    const { kafka } = context.demo!;
    const consumer = kafka.consumer({ maxPollRecords: 2000 });
    const keys = new KeyPlaces();
    const read = new Tally();
    try {
      await consumeLines(consumer, context, read, keys);
    } finally {
      await consumer.close();
    }
    context.demo!.read = read;
    context.demo!.keys = keys;
    return `Read ${read.lines} lines back: ${read.rate}`;
  },
};

async function consumeLines(
  consumer: Consumer,
  { demo, terminal }: StartContext,
  read: Tally,
  keys: KeyPlaces,
): Promise<void> {
  const { starts, sent } = demo!;
  const ends = await consumer.endOffsets(starts);
  const endOf = new Map(ends.map(({ partition, offset }) => [partition, offset]));
  /** Partitions that were not read to their end. */
  const open = new Set<number>();
  for (const { partition, offset } of starts) {
    if (offset < endOf.get(partition)!) open.add(partition);
  }
  await consumer.assign(
    starts.map(({ topic, partition, offset }) => ({ topic, partition, offset })),
  );
  const progress = startProgress({
    label: 'Reading',
    total: sent!.lines,
    unit: 'lines',
    stream: terminal.stderr,
  });
  const began = systemClock.monotonic();
  try {
    while (open.size > 0) {
      const batches = await consumer.poll(PATIENCE_MS);
      if (batches.length === 0) break;
      for (const { partition, records, nextOffset } of batches) {
        const end = endOf.get(partition)!;
        for (const { key, value, offset } of records) {
          if (offset >= end) break;
          read.add(value ?? Buffer.alloc(0));
          read.place(partition);
          keys.see(key, partition);
        }
        if (nextOffset >= end) open.delete(partition);
      }
      progress.update(read.lines);
    }
    read.ms = systemClock.monotonic() - began;
  } finally {
    progress.stop();
  }
}
