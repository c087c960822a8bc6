import { Kafka } from '../../../client';
import { History } from '../../../tools/drill/checker/history';
import type { SeededRandom } from '../../harness/seeded-random';
import type { DrillCluster } from '../drill-cluster';
import type { ClusterView } from '../judge/cluster-view';
import { readToTheEnd } from '../../../tools/drill/load/final-read';
import { Churn } from './churn';
import { Reader } from '../../../tools/drill/load/reader';
import { Writer } from '../../../tools/drill/load/writer';

/** What runs while a drill does its harm. */
export interface WorkloadShape {
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
  /** Idempotent producers with acks=all (W1). */
  readonly writers: number;
  /** Mean time between two sends of a writer, in milliseconds. */
  readonly everyMs: number;
  /** Bytes of each record's key. */
  readonly padding: number;
  /** Consumers that read everything, by assignment. */
  readonly readers: number;
  /** Two more writers with acks=1 on a topic of their own (W2), which may lose records. */
  readonly loose: boolean;
  /** Topics that come and go meanwhile (W3). */
  readonly churn: boolean;
  readonly topicConfigs: Readonly<Record<string, string>>;
}

export const usualWorkload: WorkloadShape = {
  partitions: 12,
  replicationFactor: 3,
  minInsyncReplicas: 2,
  writers: 8,
  everyMs: 40,
  padding: 0,
  readers: 2,
  loose: false,
  churn: false,
  topicConfigs: {},
};

const LOOSE_WRITERS = 2;

/** Producers, consumers and an administrator at work, and everything they were told. */
export class Workload {
  /** What is written with acks=all: nothing of it may be lost. */
  readonly topic = 'drill';
  readonly history = new History();
  /** What is written with acks=1. */
  readonly looseTopic = 'loose';
  readonly looseHistory = new History();
  churn: Churn | undefined;
  /**
   * With acks=1 only what was acknowledged until then may be lost, by `performance.now()`: after
   * that the leader that is no longer one should have known. Default: anything may be.
   */
  looseMayBeLostUntil = Infinity;
  private writers: Writer[] = [];
  private looseWriters: Writer[] = [];
  private readers: Reader[] = [];

  private constructor(
    readonly shape: WorkloadShape,
    private readonly cluster: DrillCluster,
    private readonly random: SeededRandom,
  ) {}

  /** Makes the topics and begins. */
  static async start(
    shape: WorkloadShape,
    cluster: DrillCluster,
    random: SeededRandom,
  ): Promise<Workload> {
    const workload = new Workload(shape, cluster, random);
    await workload.createTopics();
    workload.begin();
    return workload;
  }

  client(clientId: string): Kafka {
    return new Kafka({ brokers: this.cluster.bootstrap, clientId });
  }

  /** Records acknowledged so far, with acks=all. */
  get acked(): number {
    let acked = 0;
    for (const { acks } of this.history.partitions.values()) acked += acks.length;
    return acked;
  }

  /** Acknowledged so far, by partition. */
  ackedOf(partition: number): number {
    return this.history.partition(`${this.topic}-${partition}`).acks.length;
  }

  /** Sends with acks=all whose fate is not known yet. */
  get pending(): number {
    return this.writers.reduce((sum, { pending }) => sum + pending, 0);
  }

  /** Sends with acks=all that failed for good, by the code of the error. */
  get failures(): Map<string, number> {
    const all = new Map<string, number>();
    for (const { failures } of this.writers) {
      for (const [code, count] of failures) all.set(code, (all.get(code) ?? 0) + count);
    }
    return all;
  }

  /** Polls that failed; there should be none. */
  get readFailures(): string[] {
    return this.readers.flatMap(({ failures }) => failures);
  }

  /** Everybody is done with what was sent. */
  get settled(): boolean {
    return [...this.writers, ...this.looseWriters].every(({ pending }) => pending === 0);
  }

  /** Nothing more is sent or administrated; readers go on. */
  async stopWriting(): Promise<void> {
    for (const writer of [...this.writers, ...this.looseWriters]) writer.stop();
    await this.churn?.stop();
  }

  /** Reads all topics with a client of its own. */
  async readToTheEnd(): Promise<void> {
    const { partitions, loose } = this.shape;
    const kafka = this.client('final');
    await readToTheEnd(kafka, this.history, this.topic, partitions);
    if (loose) await readToTheEnd(kafka, this.looseHistory, this.looseTopic, partitions);
  }

  /** Whether the readers have read what the final read found. */
  get caughtUp(): boolean {
    return this.readers.every(({ caughtUp }) => caughtUp);
  }

  async close(): Promise<void> {
    await this.stopWriting();
    await Promise.all(this.readers.map((reader) => reader.stop()));
    await Promise.all([...this.writers, ...this.looseWriters].map((writer) => writer.close()));
  }

  /** Records acknowledged with acks=1 by a leader that should not have done it. */
  looseProblems(): string[] {
    const problems: string[] = [];
    for (const { name, acks, finals } of this.looseHistory.partitions.values()) {
      const found = new Set(finals[0]?.values);
      const lost = acks.filter(
        ({ value, completedAt }) => completedAt > this.looseMayBeLostUntil && !found.has(value),
      );
      if (lost.length === 0) continue;
      const { value, completedAt } = lost[0]!;
      const late = Math.round(completedAt - this.looseMayBeLostUntil);
      problems.push(
        `${name}: ${lost.length} acknowledged with acks=1 by a deposed leader and lost, ` +
          `first ${value}, ${late} ms too late`,
      );
    }
    return problems;
  }

  /** Records acknowledged and lost with acks=1. */
  get looseCounts(): { acked: number; lost: number } {
    let [acked, lost] = [0, 0];
    for (const { acks, finals } of this.looseHistory.partitions.values()) {
      const found = new Set(finals[0]?.values);
      acked += acks.length;
      lost += acks.filter(({ value }) => !found.has(value)).length;
    }
    return { acked, lost };
  }

  /** What churn left behind that must not be. */
  async churnProblems(view: ClusterView): Promise<string[]> {
    return (await this.churn?.problems(view)) ?? [];
  }

  private async createTopics(): Promise<void> {
    const { partitions: numPartitions, replicationFactor, minInsyncReplicas } = this.shape;
    const configs = {
      'min.insync.replicas': String(minInsyncReplicas),
      ...this.shape.topicConfigs,
    };
    const admin = this.client('setup').admin();
    const names = this.shape.loose ? [this.topic, this.looseTopic] : [this.topic];
    await admin.createTopics(
      names.map((topic) => ({ topic, numPartitions, replicationFactor, configs })),
    );
    await admin.close();
  }

  private begin(): void {
    const { writers, readers, loose, churn } = this.shape;
    const writer = (id: number, acks: 'all' | 1): Writer =>
      new Writer({
        ...this.shape,
        ...(acks === 'all'
          ? { topic: this.topic, history: this.history }
          : { topic: this.looseTopic, history: this.looseHistory }),
        kafka: this.client(`writer-${id}`),
        random: this.random,
        id,
        acks,
      });
    this.writers = Array.from({ length: writers }, (_, id) => writer(id, 'all'));
    if (loose) {
      this.looseWriters = Array.from({ length: LOOSE_WRITERS }, (_, i) => writer(writers + i, 1));
    }
    this.readers = Array.from({ length: readers }, (_, i) => {
      const { topic, history } = this;
      const { partitions } = this.shape;
      const name = `reader-${i}`;
      return new Reader({ kafka: this.client(name), history, name, topic, partitions });
    });
    const brokers = this.cluster.brokers.map(({ id }) => id);
    if (churn) this.churn = new Churn(this.client('churn'), this.random, brokers);
  }
}
