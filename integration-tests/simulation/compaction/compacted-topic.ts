import type { Admin } from '../../../client/admin';
import type { Kafka } from '../../../client/kafka';
import type { Producer } from '../../../client/producer';
import { SeededRandom } from '../../harness/seeded-random';
import { recordsOnDisk } from '../cluster/replica-dump';
import type { Simulation } from '../cluster/simulation';
import { keyedProblems, type KeyedLog, type KeyedRecord, type KeyedSend } from './keyed-facts';

export interface CompactedTopicOptions {
  readonly simulation: Simulation;
  readonly seed: number;
  readonly replicationFactor: number;
}

export const COMPACTED_TOPIC = 'compacted';
/** Small enough that a minute fills many segments. */
const TOPIC_CONFIGS = {
  'cleanup.policy': 'compact',
  'segment.bytes': '1500',
  'min.cleanable.dirty.ratio': '0.1',
  'delete.retention.ms': '2000',
  'file.delete.delay.ms': '1000',
};
/** Of the brokers. */
export const CLEANER_CONFIGS = { 'log.cleaner.backoff.ms': '3000' };

const KEYS = 8;
const TOMBSTONES = 0.15;
/** Mean time between two sends. */
const WRITE_EVERY_MS = 700;
const WITHIN_MS = 40_000;
const POLL_MS = 1000;
/** What is half swapped in has another name. */
const CLEANERS_END_MS = 10_000;

/** A topic of which only the last record of each key need stay, and what is demanded of it. */
export class CompactedTopic {
  private readonly producer: Producer;
  private readonly kafka: Kafka;
  private readonly random: SeededRandom;
  private readonly sends: KeyedSend[] = [];
  private waiting = 0;
  private stopped = false;
  /** Records that compaction has taken out of some replica. */
  removed = 0;

  constructor(private readonly options: CompactedTopicOptions) {
    const { simulation, seed } = options;
    this.random = new SeededRandom(seed * 31 + 7);
    this.kafka = simulation.client('keyed-writer');
    this.producer = this.kafka.producer({
      acks: 'all',
      requestTimeoutMs: 4000,
      deliveryTimeoutMs: 20_000,
    });
  }

  async create(admin: Admin): Promise<void> {
    const { replicationFactor } = this.options;
    const topic = { topic: COMPACTED_TOPIC, numPartitions: 1, replicationFactor };
    await admin.createTopics([{ ...topic, configs: TOPIC_CONFIGS }]);
  }

  start(): void {
    if (this.stopped) return;
    for (let i = this.random.int(1, 3); i > 0; i--) this.send();
    const { world } = this.options.simulation;
    world.after(this.random.next() * 2 * WRITE_EVERY_MS, () => this.start());
  }

  /** Everything was answered, and everybody has read and compared what is there. */
  async judge(): Promise<string[]> {
    const { simulation } = this.options;
    this.stopped = true;
    if (!(await simulation.pass(WITHIN_MS, () => this.waiting === 0))) {
      return ['Records of the compacted topic are neither delivered nor given up.'];
    }
    await simulation.pass(CLEANERS_END_MS);
    const read = await simulation.perform(WITHIN_MS, () => this.read());
    const logs: KeyedLog[] = [
      { source: 'a consumer of the compacted topic', records: read },
      ...simulation.brokers.map(({ name, disk }) => ({
        source: `${COMPACTED_TOPIC} on ${name}`,
        records: recordsOnDisk(disk, `${COMPACTED_TOPIC}-0`),
      })),
    ];
    const acked = this.sends.filter(({ offset }) => offset !== undefined).length;
    this.removed = Math.max(...logs.map(({ records }) => acked - records.length));
    return keyedProblems(this.sends, logs);
  }

  private send(): void {
    const key = `k${this.random.int(1, KEYS)}`;
    const value = this.random.chance(TOMBSTONES) ? null : `v${this.sends.length}`;
    const send: KeyedSend = { key, value, offset: undefined, isOpen: true };
    this.sends.push(send);
    this.waiting++;
    this.producer.produceCallback(
      COMPACTED_TOPIC,
      value,
      key,
      (error, report) => {
        this.waiting--;
        if (error) return;
        send.offset = report!.offset;
        send.isOpen = false;
      },
      { partition: 0 },
    );
  }

  private async read(): Promise<KeyedRecord[]> {
    const consumer = this.kafka.consumer({ autoOffsetReset: 'none', fetchMaxWaitMs: 200 });
    const at = { topic: COMPACTED_TOPIC, partition: 0 };
    const [begin] = await consumer.beginningOffsets([at]);
    const [end] = await consumer.endOffsets([at]);
    await consumer.assign([{ ...at, offset: begin!.offset }]);
    const records: KeyedRecord[] = [];
    while ((await consumer.position(at)) < end!.offset) {
      for (const batch of await consumer.poll(POLL_MS)) {
        for (const { offset, key, value } of batch.records) {
          records.push({ offset, key: String(key), value: value && String(value) });
        }
      }
    }
    await consumer.close();
    return records;
  }
}
