import type { Kafka } from '../../../client';
import { recordsOf } from '../../../client/records';
import { delay } from '../../../client/runtime/clock';
import { REQUEST_TIMEOUT_MS } from '../../../tools/drill/load/writer';
import { scanSegments } from '../../harness/segment-scan';
import type { Stage } from '../drill';
import { compactedProblems, type KeyedRecord } from './judge-compacted';

const TOPIC = 'compacted';
const PARTITIONS = 2;
const REPLICAS = 3;
const WRITERS = 4;
const KEYS_PER_WRITER = 50;
const BATCH = 10;
/** Every so many values a key is deleted. */
const DELETED_EVERY = 13;
const PAUSE_MS = 5;
const POLL_MS = 500;

/** Writers of a compacted topic whose segments are small, and what they were told. */
export class CompactedLoad {
  private readonly acked = Array.from({ length: PARTITIONS }, (): KeyedRecord[] => []);
  private readonly problems: string[] = [];
  private readonly kafka: Kafka;
  private stopped = false;
  private writing: Promise<unknown> = Promise.resolve();

  constructor(private readonly stage: Stage) {
    this.kafka = stage.workload.client('compacted');
  }

  async start(): Promise<void> {
    const admin = this.kafka.admin();
    await admin.createTopics([
      {
        topic: TOPIC,
        numPartitions: PARTITIONS,
        replicationFactor: REPLICAS,
        configs: {
          'cleanup.policy': 'compact',
          'segment.bytes': '30000',
          'min.cleanable.dirty.ratio': '0.1',
          'min.insync.replicas': '2',
          'delete.retention.ms': '500',
        },
      },
    ]);
    await admin.close();
    const writers = Array.from({ length: WRITERS }, (_, id) => this.write(id));
    this.writing = Promise.all(writers);
  }

  /** Records acknowledged so far. */
  get count(): number {
    return this.acked.reduce((sum, { length }) => sum + length, 0);
  }

  leader(partition: number): Promise<number> {
    return this.stage.view.leader(TOPIC, partition);
  }

  /** Ends the load, and judges what a consumer reads. */
  async finish(): Promise<readonly string[]> {
    this.stopped = true;
    await this.writing;
    await this.stage.until('all replicas of the compacted topic are in sync', async () =>
      (await this.stage.view.partitions(TOPIC, PARTITIONS)).every(
        (state) => state?.isr.length === REPLICAS,
      ),
    );
    const found = await this.readAll();
    for (const [partition, acked] of this.acked.entries()) {
      this.problems.push(...compactedProblems('read', acked, found[partition] ?? []));
    }
    this.stage.note(`compacted acked ${this.count}`);
    return this.problems;
  }

  /** Judges what lies on the disks of brokers that have stopped. */
  async judgeDisks(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const { name, dataDirectory } of this.stage.cluster.brokers) {
      const found = Array.from({ length: PARTITIONS }, (): KeyedRecord[] => []);
      const ours = (directory: string) => /^compacted-\d+$/.test(directory);
      await scanSegments(
        dataDirectory,
        (directory, { bytes }) => {
          const partition = Number(directory.slice(TOPIC.length + 1));
          for (const { offset, key, value } of recordsOf(bytes)) {
            found[partition]?.push({ offset, key: String(key), value: value && String(value) });
          }
        },
        ours,
        ours,
      );
      const left = found.reduce((sum, { length }) => sum + length, 0);
      this.stage.note(`${name} kept ${left}`);
      if (left >= this.count / 2) problems.push(`${name} has compacted next to nothing`);
      for (const [partition, acked] of this.acked.entries()) {
        problems.push(...compactedProblems(name, acked, found[partition] ?? []).slice(0, 10));
      }
    }
    return problems;
  }

  /** Keys of its own, one value after the other: nothing is sent before the last is acknowledged. */
  private async write(id: number): Promise<void> {
    const producer = this.kafka.producer({ requestTimeoutMs: REQUEST_TIMEOUT_MS });
    try {
      for (let turn = 0; !this.stopped; turn++) {
        const messages = Array.from({ length: BATCH }, (_, at) => {
          const number = (turn * BATCH + at) % KEYS_PER_WRITER;
          const value = turn % DELETED_EVERY === number % DELETED_EVERY ? null : `value ${turn}`;
          return { partition: number % PARTITIONS, key: `${id} ${number}`, value };
        });
        const reports = await producer.send({ topic: TOPIC, messages });
        for (const [at, { partition, offset }] of reports.entries()) {
          const { key, value } = messages[at] ?? { key: '', value: null };
          this.acked[partition]?.push({ offset, key, value });
        }
        await delay(PAUSE_MS);
      }
    } catch (error) {
      this.problems.push(`a writer of the compacted topic failed: ${String(error)}`);
    } finally {
      await producer.close();
    }
  }

  private async readAll(): Promise<KeyedRecord[][]> {
    const found = Array.from({ length: PARTITIONS }, (): KeyedRecord[] => []);
    const consumer = this.kafka.consumer({ autoOffsetReset: 'earliest' });
    try {
      const all = found.map((_, partition) => ({ topic: TOPIC, partition }));
      const ends = await consumer.endOffsets(all);
      await consumer.assign(all);
      const isOver = async () => {
        const positions = await Promise.all(all.map((at) => consumer.position(at)));
        return ends.every(({ offset }, index) => (positions[index] ?? 0) >= offset);
      };
      while (!(await isOver())) {
        for (const { partition, records } of await consumer.poll(POLL_MS)) {
          for (const { offset, key, value } of records) {
            found[partition]?.push({ offset, key: String(key), value: value && String(value) });
          }
        }
      }
      return found;
    } finally {
      await consumer.close();
    }
  }
}
