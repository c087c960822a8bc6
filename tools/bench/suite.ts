import { hasLibrdkafka } from '../dev/compile-client';
import { compareFetch, compareProduce, deleteTopic, filledBatch } from './broker-bench';
import { rawAppend, rawCrc, rawTcp } from './ceilings';
import { residentBytes } from './child';
import { compareProducer, consumerRate, endToEndLatency, topicOf } from './client-bench';
import type { Comparison } from './measure';
import { startProduct, type Product } from './product';
import { compareLibrdkafka, type Beside } from './librdkafka-bench';
import type { Delivery } from './load-client';
import { compareReplicated, idleCost } from './replication-bench';
import { compareSends, rivals } from './rival-bench';

/** One line of the result. */
export interface BenchLine {
  readonly what: string;
  readonly measured: string;
  /** What bounds it, measured in the same run. */
  readonly ceiling?: string;
  /** Measured over ceiling. */
  readonly ratio?: number;
}

/** What may be measured by itself. */
export const parts = [
  'ceilings',
  'replication',
  'idle',
  'start',
  'produce',
  'fetch',
  'producer',
  'latency',
  'rivals',
  'librdkafka',
] as const;
export type Part = (typeof parts)[number];

export interface SuiteOptions {
  /** Where the data lies, removed by the caller. */
  readonly folder: string;
  /** 1 for the full amount of data. */
  readonly scale: number;
  readonly only: ReadonlySet<Part>;
  /** Tells each line when it is there. */
  readonly note: (line: string) => void;
}

const MB = 1e6;
const AT_REST_MS = 3000;
/** Partitions, each with three replicas, of the cluster that is measured at rest. */
const IDLE_PARTITIONS = 1000;

/** Records a second for the latency of delivery. */
const LIBRDKAFKA_RATE = 10_000;

type Add = (what: string, line: Omit<BenchLine, 'what'>) => void;

export async function measureAll(options: SuiteOptions): Promise<BenchLine[]> {
  const { folder, only } = options;
  const lines: BenchLine[] = [];
  const add: Add = (what, line) => {
    lines.push({ what, ...line });
    const ceiling = line.ceiling === undefined ? '' : `, ceiling ${line.ceiling}`;
    const share =
      line.ratio === undefined ? ceiling : `, ${percent(line.ratio)} of ${line.ceiling}`;
    options.note(`${what}: ${line.measured}${share}`);
  };
  if (only.has('ceilings')) await measureCeilings(options, add);
  if (only.has('replication') || only.has('idle')) {
    await using(startProduct(folder, 3), (cluster) => measureCluster(cluster, options, add));
  }
  if (parts.slice(parts.indexOf('start')).some((part) => only.has(part))) {
    await using(startProduct(folder), (product) => measureBroker(product, options, add));
  }
  return lines;
}

async function using(
  starting: Promise<Product>,
  use: (product: Product) => Promise<void>,
): Promise<void> {
  const product = await starting;
  try {
    await use(product);
  } finally {
    await product.stop();
  }
}

async function measureCeilings({ folder, scale }: SuiteOptions, add: Add): Promise<void> {
  const bytes = 5e8 * scale;
  add('raw TCP, 64 KiB writes', plain(perSecond(await rawTcp(4 * bytes))));
  add('raw append, groups of 16 × 16 KiB', plain(perSecond(await rawAppend(folder, bytes))));
  add('CRC-32C of 64 KiB', plain(perSecond(await rawCrc(8 * bytes))));
}

/** Three brokers on this machine, each partition on all of them. */
async function measureCluster(cluster: Product, options: SuiteOptions, add: Add): Promise<void> {
  if (options.only.has('replication')) await measureReplication(cluster, options, add);
  // Last: to remove a thousand partitions goes on for a while.
  if (options.only.has('idle')) await measureIdle(cluster, options, add);
}

async function measureReplication(
  cluster: Product,
  { folder, scale }: SuiteOptions,
  add: Add,
): Promise<void> {
  for (const size of [16 * 1024, 64 * 1024]) {
    const batch = filledBatch(size, 1024);
    for (const inFlight of [5, 20]) {
      const load = { batch, totalBytes: 1e8 * scale, inFlight };
      const result = await compareReplicated(cluster, folder, load);
      const batches = `${size / 1024} KiB batches of 1 KiB records, ${inFlight} under way`;
      add(`three brokers: produce acks=all, ${batches}`, against(result, perSecond));
    }
  }
}

async function measureIdle(cluster: Product, { scale }: SuiteOptions, add: Add): Promise<void> {
  const idle = await idleCost(cluster, IDLE_PARTITIONS, Math.ceil(20 * scale));
  const memory = `${mebibytes(idle.bytes)}, not shared ${mebibytes(idle.ownBytes)}`;
  const what = `three brokers: each at rest, ${IDLE_PARTITIONS} partitions`;
  add(what, plain(`${(idle.cpu * 100).toFixed(1)} % of a core, ${memory}`));
}

async function measureBroker(product: Product, options: SuiteOptions, add: Add): Promise<void> {
  const { folder, scale, only } = options;
  if (only.has('start')) {
    add('broker: start to serving', plain(`${Math.round(product.startMs)} ms`));
    await new Promise((rested) => setTimeout(rested, AT_REST_MS));
    add('broker: memory at rest', plain(mebibytes(residentBytes(product.pid))));
  }
  if (only.has('produce')) {
    for (const size of [16 * 1024, 64 * 1024]) {
      const batch = filledBatch(size, 100);
      const result = await compareProduce(product, folder, batch, 1e8 * scale);
      add(`broker: produce acks=1, ${size / 1024} KiB batches`, against(result, perSecond));
    }
  }
  if (only.has('fetch')) {
    const result = await compareFetch(product, folder, 3e8 * scale);
    add('broker: fetch 1 MiB, CRC checked', against(result, perSecond));
  }
  if (only.has('producer')) await measureClient(product, options, add);
  if (only.has('latency')) await measureLatency(product, options, add);
  if (only.has('rivals')) await measureRivals(product, options, add);
  if (only.has('librdkafka')) await measureLibrdkafka(product, options, add);
  if (only.size === parts.length) {
    add('broker: memory after all this', plain(mebibytes(residentBytes(product.pid))));
  }
}

async function measureClient(
  product: Product,
  { folder, scale }: SuiteOptions,
  add: Add,
): Promise<void> {
  for (const [size, count] of [
    [100, 1e6],
    [1024, 2e5],
  ]) {
    const records = Math.ceil(count * scale);
    const batched = await compareProducer(product, folder, size, records, 'sendBatch');
    add(`producer: sendBatch, ${size} B`, against(batched, recordsPerSecond));
    const single = await compareProducer(product, folder, size, records, 'produce');
    add(`producer: a promise per record, ${size} B`, against(single, recordsPerSecond));
    const consumed = await consumerRate(product, size, records);
    add(`consumer: poll, ${size} B`, plain(recordsPerSecond(consumed)));
    for (const call of ['sendBatch', 'produce'] as const) {
      await deleteTopic(product.port, topicOf(call, size));
    }
  }
}

async function measureLatency(product: Product, { scale }: SuiteOptions, add: Add): Promise<void> {
  for (const rate of [5000, 50_000]) {
    const { p50Ms, p99Ms, p999Ms } = await endToEndLatency(product, rate, 10 * scale);
    const figures = [p50Ms, p99Ms, p999Ms].map((ms) => ms.toFixed(2)).join(' / ');
    add(`end to end at ${rate} records/s, p50 / p99 / p99.9`, plain(`${figures} ms`));
  }
}

/** Beside other clients, all of them with our broker. */
async function measureRivals(product: Product, { scale }: SuiteOptions, add: Add): Promise<void> {
  for (const rival of rivals) {
    for (const [perSend, count] of [
      [1, 1e4],
      [100, 1e3],
    ]) {
      const result = await compareSends(product, rival, perSend, Math.ceil(count * scale));
      add(
        `producer: awaited sends of ${perSend}, beside ${rival}`,
        against(result, sendsPerSecond),
      );
    }
  }
}

/** Our client beside librdkafka, which stands in the ceiling's column. */
async function measureLibrdkafka(
  product: Product,
  { folder, scale, note }: SuiteOptions,
  add: Add,
): Promise<void> {
  if (!hasLibrdkafka(process.env)) {
    note('beside librdkafka: skipped, this machine has no gcc or no librdkafka-dev');
    return;
  }
  for (const [recordBytes, count] of [
    [100, 5e5],
    [1024, 1e5],
  ]) {
    const records = Math.ceil(count * scale);
    const rate = LIBRDKAFKA_RATE;
    const load = { records, recordBytes, rate };
    const figures = await compareLibrdkafka(product, folder, load);
    const what = (of: string) => `beside librdkafka: ${of}, ${recordBytes} B`;
    add(what('produce acks=all'), against(figures.produce, recordsPerSecond));
    add(what(`delivery at ${rate} records/s, p50 / p99`), beside(figures.delivery, inDelivery));
    add(what("produce, broker's CPU per MB"), beside(figures.produceCpu, inMilliseconds));
    add(what('consume'), against(figures.consume, recordsPerSecond));
    add(what("consume, broker's CPU per MB"), beside(figures.consumeCpu, inMilliseconds));
  }
}

const plain = (measured: string): Omit<BenchLine, 'what'> => ({ measured });

function against(
  { measured, ceiling, ratio }: Comparison,
  inWords: (figure: number) => string,
): Omit<BenchLine, 'what'> {
  return { measured: inWords(measured), ceiling: inWords(ceiling), ratio };
}

/** Two of a kind whose ratio says nothing more. */
function beside<T>({ ours, theirs }: Beside<T>, inWords: (figure: T) => string) {
  return { measured: inWords(ours), ceiling: inWords(theirs) };
}

const inMilliseconds = (ms: number) => `${ms.toFixed(1)} ms`;
const inDelivery = ({ p50Ms, p99Ms }: Delivery) => `${p50Ms.toFixed(2)} / ${p99Ms.toFixed(2)} ms`;
const perSecond = (bytes: number) => `${(bytes / MB).toFixed(0)} MB/s`;
const recordsPerSecond = (records: number) => `${(records / 1e6).toFixed(2)} M records/s`;
const sendsPerSecond = (sends: number) => `${Math.round(sends)} sends/s`;
const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** A ratio for people. */
export const percent = (ratio: number) => `${Math.round(ratio * 100)} %`;
