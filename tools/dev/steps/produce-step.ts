import { createReadStream } from 'node:fs';
import type { Producer, RangeReport } from '../../../client';
import { systemClock } from '../../../client/runtime/clock';
import { linesOf } from '../../cli/line-source';
import { startProgress } from '../../cli/progress';
import { keyOf } from '../demo/line-key';
import { Tally } from '../demo/tally';
import type { StartContext } from '../start-context';
import type { Step } from '../step';

const READ_BYTES = 1 << 18;

/** Produces the lines of the input, keyed by user. Sets `demo.sent`. */
export const produceStep: Step<StartContext> = {
  title: 'Producing the lines',
  run: async (context) => {
    const { kafka } = context.demo!;
    const producer = kafka.producer({ lingerMs: 5, batchSize: 1 << 16 });
    try {
      await producer.connect();
      const sent = await produceLines(producer, context);
      context.demo!.sent = sent;
      return `Produced ${sent.lines} lines: ${sent.rate}`;
    } finally {
      await producer.close();
    }
  },
};

async function produceLines(producer: Producer, context: StartContext): Promise<Tally> {
  const { input, demo, terminal } = context;
  const { topic } = demo!;
  const sent = new Tally();
  const progress = startProgress({
    label: 'Producing',
    total: input!.lines,
    unit: 'lines',
    stream: terminal.stderr,
  });
  const calls: Promise<RangeReport[]>[] = [];
  const began = systemClock.monotonic();
  try {
    const file = createReadStream(input!.file, { highWaterMark: READ_BYTES });
    for await (const lines of linesOf(file)) {
      for (const line of lines) sent.add(line);
      const messages = lines.map((line) => ({ key: keyOf(line), value: line }));
      const call = producer.sendBatch({ topic, messages });
      // Told below, when all calls are looked at.
      call.catch(() => {});
      calls.push(call);
      await producer.drained();
      progress.update(sent.lines);
    }
    await producer.flush();
    for (const ranges of await Promise.all(calls)) {
      for (const { partition, count } of ranges) sent.place(partition, count);
    }
    sent.ms = systemClock.monotonic() - began;
    return sent;
  } finally {
    progress.stop();
  }
}
