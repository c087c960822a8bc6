import {
  filledBatch,
  productFetch,
  productProduce,
  prototypeFetchRate,
  prototypeProduceRate,
} from './broker-bench';
import { rawAppend, rawCrc, rawTcp } from './ceilings';
import { residentBytes } from './child';
import {
  awaitedSends,
  bareEncoderRate,
  consumerRate,
  endToEndLatency,
  producerRate,
} from './client-bench';
import { startProduct } from './product';
import { idleCost, productReplicatedRate, prototypeReplicatedRate } from './replication-bench';

/** One line of the result. */
export interface BenchLine {
  readonly what: string;
  readonly measured: string;
  /** What bounds it, measured in the same run. */
  readonly ceiling?: string;
  /** Measured over ceiling. */
  readonly ratio?: number;
}

const MB = 1e6;
const AT_REST_MS = 3000;
/** Partitions, each with three replicas, of the cluster that is measured at rest. */
const IDLE_PARTITIONS = 1000;

/**
 * @param scale 1 for the full amount of data
 * @param note tells what is being measured
 */
export async function measureAll(
  folder: string,
  scale: number,
  note: (line: string) => void,
): Promise<BenchLine[]> {
  const lines: BenchLine[] = [];
  const bytes = 5e8 * scale;
  const records = (count: number) => Math.ceil(count * scale);
  const add = (line: BenchLine) => {
    lines.push(line);
    note(`${line.what}: ${line.measured}`);
  };

  add({ what: 'raw TCP, 64 KiB writes', measured: perSecond(await rawTcp(4 * bytes)) });
  const appended = perSecond(await rawAppend(folder, bytes));
  add({ what: 'raw append, groups of 16 × 16 KiB', measured: appended });
  add({ what: 'CRC-32C of 64 KiB', measured: perSecond(await rawCrc(8 * bytes)) });

  await measureReplication(folder, scale, add);
  const product = await startProduct(folder);
  try {
    add({ what: 'broker: start to serving', measured: `${Math.round(product.startMs)} ms` });
    await new Promise((rested) => setTimeout(rested, AT_REST_MS));
    const atRest = residentBytes(product.pid) / 2 ** 20;
    add({ what: 'broker: memory at rest', measured: `${atRest.toFixed(0)} MiB` });

    for (const size of [16 * 1024, 64 * 1024]) {
      const batch = filledBatch(size, 100);
      const ceiling = await prototypeProduceRate(folder, batch, bytes);
      const measured = await productProduce(product, batch, bytes);
      add({
        what: `broker: produce acks=1, ${size / 1024} KiB batches`,
        ...against(measured, ceiling),
      });
    }
    const fetchCeiling = await prototypeFetchRate(folder, bytes);
    const fetched = await productFetch(product, bytes);
    add({ what: 'broker: fetch 1 MiB, CRC checked', ...against(fetched, fetchCeiling) });

    for (const [size, count] of [
      [100, 4e6],
      [1024, 1e6],
    ]) {
      const ceiling = await bareEncoderRate(folder, size, records(count));
      const batched = await producerRate(product, size, records(count), 'sendBatch');
      add({ what: `producer: sendBatch, ${size} B`, ...againstRecords(batched, ceiling) });
      const single = await producerRate(product, size, records(count / 2), 'produce');
      add({
        what: `producer: a promise per record, ${size} B`,
        ...againstRecords(single, ceiling),
      });
      const consumed = await consumerRate(product, size, records(count));
      add({ what: `consumer: poll, ${size} B`, measured: recordsPerSecond(consumed) });
    }

    for (const rate of [5000, 50_000]) {
      const { p50Ms, p99Ms, p999Ms } = await endToEndLatency(product, rate, 10 * scale);
      const figures = [p50Ms, p99Ms, p999Ms].map((ms) => ms.toFixed(2)).join(' / ');
      add({
        what: `end to end at ${rate} records/s, p50 / p99 / p99.9`,
        measured: `${figures} ms`,
      });
    }
    for (const [perSend, count] of [
      [1, 1e5],
      [100, 1e4],
    ]) {
      const sends = await awaitedSends(product, perSend, records(count));
      add({
        what: `producer: awaited sends of ${perSend}, acks=0`,
        measured: `${Math.round(sends)} sends/s`,
      });
    }
    const after = residentBytes(product.pid) / 2 ** 20;
    add({ what: 'broker: memory after all this', measured: `${after.toFixed(0)} MiB` });
  } finally {
    await product.stop();
  }
  return lines;
}

/** Three brokers on this machine, each partition on all of them. */
async function measureReplication(
  folder: string,
  scale: number,
  add: (line: BenchLine) => void,
): Promise<void> {
  const cluster = await startProduct(folder, 3);
  try {
    for (const size of [16 * 1024, 64 * 1024]) {
      const batch = filledBatch(size, 1024);
      const bytes = 2e8 * scale;
      const ceiling = await prototypeReplicatedRate(folder, batch, bytes);
      const measured = await productReplicatedRate(cluster, batch, bytes);
      add({
        what: `three brokers: produce acks=all, ${size / 1024} KiB batches of 1 KiB records`,
        ...against(measured, ceiling),
      });
    }
    const { cpu, bytes } = await idleCost(cluster, IDLE_PARTITIONS, Math.ceil(20 * scale));
    add({
      what: `three brokers: each at rest, ${IDLE_PARTITIONS} partitions`,
      measured: `${(cpu * 100).toFixed(1)} % of a core, ${(bytes / 2 ** 20).toFixed(0)} MiB`,
    });
  } finally {
    await cluster.stop();
  }
}

function against(measured: number, ceiling: number): Omit<BenchLine, 'what'> {
  return {
    measured: perSecond(measured),
    ceiling: perSecond(ceiling),
    ratio: measured / ceiling,
  };
}

function againstRecords(measured: number, ceiling: number): Omit<BenchLine, 'what'> {
  return {
    measured: recordsPerSecond(measured),
    ceiling: recordsPerSecond(ceiling),
    ratio: measured / ceiling,
  };
}

const perSecond = (bytes: number) => `${(bytes / MB).toFixed(0)} MB/s`;
const recordsPerSecond = (records: number) => `${(records / 1e6).toFixed(2)} M records/s`;
