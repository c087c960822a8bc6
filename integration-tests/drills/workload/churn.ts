import type { Admin, Kafka } from '../../../client';
import { delay } from '../../../client/runtime/clock';
import { describeError } from '../../../client/runtime/error';
import type { SeededRandom } from '../../harness/seeded-random';
import type { ClusterView } from '../judge/cluster-view';

/** What is known of a topic that churn has made. */
interface ChurnTopic {
  readonly name: string;
  /** `unsure`: an operation on it ended without a verdict. */
  state: 'there' | 'deleted' | 'unsure';
  /** Partitions it has at least and at most. */
  least: number;
  most: number;
}

/** A topic at a time is touched, then some time passes. */
const PAUSE_MS = 150;
/** An operation may have to wait for another controller. */
const OPERATION_MS = 45_000;
const MOST_TOPICS = 12;

/**
 * W3: creates topics, gives them more partitions, moves them, deletes them and makes them again
 * under the same name, one operation after the other, and knows in the end what must be there.
 */
export class Churn {
  /** Operations that succeeded. */
  done = 0;
  /** Operations that failed, by the code of the error. */
  readonly failures = new Map<string, number>();
  private readonly topics: ChurnTopic[] = [];
  private readonly admin: Admin;
  private made = 0;
  private stopped = false;
  private readonly ended: Promise<void>;

  constructor(
    kafka: Kafka,
    private readonly random: SeededRandom,
    private readonly brokers: readonly number[],
  ) {
    this.admin = kafka.admin();
    this.ended = this.run();
  }

  /** Resolves when the last operation has ended, one way or the other. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.ended;
    await this.admin.close();
  }

  /** What is not as it must be, once everything has healed. */
  async problems(view: ClusterView): Promise<string[]> {
    const problems: string[] = [];
    const there = new Set(await view.topics());
    const leaving = new Set(await view.deletions());
    for (const { name, state, least, most } of this.topics) {
      if (leaving.has(name)) problems.push(`${name} is still being deleted`);
      if (state === 'deleted' && there.has(name)) problems.push(`${name} is there again`);
      if (state === 'there' && !there.has(name)) problems.push(`${name} is not there`);
      if (state === 'deleted' || !there.has(name)) continue;
      const states = await view.partitions(name, most);
      const led = states.filter((one) => one && one.isr.includes(one.leader)).length;
      const present = states.filter((one) => one !== undefined).length;
      if (led !== present) problems.push(`${name}: ${led} of ${present} partitions have a leader`);
      if (present < least) problems.push(`${name}: ${present} of ${least} partitions are there`);
    }
    if (await view.reassigning()) problems.push('/admin/reassign_partitions is still there');
    return problems;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const live = this.topics.filter(({ state }) => state === 'there');
      const deleted = this.topics.filter(({ state }) => state === 'deleted');
      const dice = this.random.next();
      if (live.length < 3 || (dice < 0.3 && live.length < MOST_TOPICS)) await this.create(deleted);
      else if (dice < 0.5) await this.grow(this.random.pick(live));
      else if (dice < 0.7) await this.move(this.random.pick(live));
      else await this.delete(this.random.pick(live));
      await delay(PAUSE_MS);
    }
  }

  /** Half of the time under the name of one that was deleted. */
  private async create(deleted: readonly ChurnTopic[]): Promise<void> {
    let topic: ChurnTopic;
    if (deleted.length > 0 && this.random.chance(0.5)) {
      topic = this.random.pick(deleted);
    } else {
      topic = { name: `churn-${this.made++}`, state: 'unsure', least: 0, most: 0 };
      this.topics.push(topic);
    }
    const numPartitions = this.random.int(1, 4);
    Object.assign(topic, { state: 'unsure', least: numPartitions, most: numPartitions });
    const request = { topic: topic.name, numPartitions, replicationFactor: 2 };
    const made = await this.attempt(() =>
      this.admin.createTopics([request], { timeoutMs: OPERATION_MS }),
    );
    if (made) topic.state = 'there';
  }

  private async grow(topic: ChurnTopic): Promise<void> {
    const partitions = topic.most + 1;
    const request = { topic: topic.name, count: partitions };
    topic.most = partitions;
    const grown = await this.attempt(() =>
      this.admin.createPartitions([request], { timeoutMs: OPERATION_MS }),
    );
    if (grown) topic.least = partitions;
  }

  private async move({ name, least }: ChurnTopic): Promise<void> {
    const partition = this.random.int(0, least - 1);
    const first = this.random.int(0, this.brokers.length - 1);
    const replicas = [0, 1].map((i) => this.brokers[(first + i) % this.brokers.length]!);
    await this.attempt(() =>
      this.admin.alterPartitionReassignments([{ topic: name, partition, replicas }], {
        timeoutMs: OPERATION_MS,
      }),
    );
  }

  private async delete(topic: ChurnTopic): Promise<void> {
    topic.state = 'unsure';
    const gone = await this.attempt(() =>
      this.admin.deleteTopics([topic.name], { timeoutMs: OPERATION_MS }),
    );
    if (gone) topic.state = 'deleted';
  }

  /** Whether it succeeded; a failure leaves open whether it was done. */
  private async attempt(operation: () => Promise<unknown>): Promise<boolean> {
    try {
      await operation();
      this.done++;
      return true;
    } catch (error) {
      const code = (error as { code?: string }).code ?? describeError(error);
      this.failures.set(code, (this.failures.get(code) ?? 0) + 1);
      return false;
    }
  }
}
