import { join } from 'node:path';
import { projectRoot } from '../cli/project-root';
import { compileClient } from '../dev/compile-client';
import { createTopic, deleteTopic } from './broker-bench';
import { cpuSeconds } from './child';
import { LibrdkafkaClient } from './librdkafka-client';
import type { Delivery, Load, LoadClient } from './load-client';
import { compare, type Comparison, type Run } from './measure';
import { OwnClient } from './own-client';
import type { Product } from './product';

/** Ours and librdkafka's, which is the ceiling. */
export interface Beside<T> {
  readonly ours: T;
  readonly theirs: T;
}

/** Our client and librdkafka under the same load, both with our broker. */
export interface LibrdkafkaFigures {
  /** Records per second. */
  readonly produce: Comparison;
  readonly consume: Comparison;
  /** Milliseconds of the broker's CPU for a megabyte of values. */
  readonly produceCpu: Beside<number>;
  readonly consumeCpu: Beside<number>;
  /** At a steady rate. */
  readonly delivery: Beside<Delivery>;
}

const MB = 1e6;
/** The steady rate is kept up for so long at most. */
const PACED_SECONDS = 10;

/** @param rate records a second, for the latency of delivery */
export async function compareLibrdkafka(
  product: Product,
  folder: string,
  { records, recordBytes, rate }: Omit<Load, 'topic'> & { readonly rate: number },
): Promise<LibrdkafkaFigures> {
  const source = join(projectRoot(), 'tools', 'bench', 'librdkafka-load.c');
  const program = await compileClient(source, folder);
  const ours = new OwnClient(product.port);
  const theirs = new LibrdkafkaClient(program, product.port);
  const load: Load = { topic: `librdkafka-${recordBytes}`, records, recordBytes };
  await createTopic(product.port, load.topic);
  try {
    const producing = metered(product, load, [ours, theirs], async (client) => {
      return (await client.produce(load, 0)).seconds;
    });
    const produce = await compare(producing.ours.run, producing.theirs.run);
    const consuming = metered(product, load, [ours, theirs], (client) => client.consume(load));
    const consume = await compare(consuming.ours.run, consuming.theirs.run);
    // At the end, when everything is warm.
    const paced = { ...load, records: Math.min(records, rate * PACED_SECONDS) };
    const delivery = {
      ours: await ours.produce(paced, rate),
      theirs: await theirs.produce(paced, rate),
    };
    const cpu = (side: Beside<Metered>): Beside<number> => ({
      ours: side.ours.cpuMsPerMb(),
      theirs: side.theirs.cpuMsPerMb(),
    });
    return { produce, consume, produceCpu: cpu(producing), consumeCpu: cpu(consuming), delivery };
  } finally {
    await deleteTopic(product.port, load.topic);
  }
}

/** Runs, and what the broker has worked for all of them. */
interface Metered {
  readonly run: Run;
  cpuMsPerMb(): number;
}

function metered(
  { pid }: Product,
  { records, recordBytes }: Load,
  [ours, theirs]: readonly [LoadClient, LoadClient],
  secondsOf: (client: LoadClient) => Promise<number>,
): Beside<Metered> {
  const meter = (client: LoadClient): Metered => {
    let cpu = 0;
    let bytes = 0;
    return {
      run: async () => {
        const before = cpuSeconds(pid);
        const seconds = await secondsOf(client);
        cpu += cpuSeconds(pid) - before;
        bytes += records * recordBytes;
        return records / seconds;
      },
      cpuMsPerMb: () => (cpu * 1000) / (bytes / MB),
    };
  };
  return { ours: meter(ours), theirs: meter(theirs) };
}
