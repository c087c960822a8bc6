import type { Consumer, ConsumerBatch } from '../../../client/consumer';
import { delay } from '../../../client/runtime/clock';
import { describeError, KafkaClassicError } from '../../../client/runtime/error';
import type { SeededRandom } from '../../harness/seeded-random';
import type { SimClient } from '../cluster/simulation';
import type { Trace } from '../time/trace';
import type { World } from '../time/world';
import type { GroupFacts } from './group-facts';

export interface SimMemberOptions {
  readonly client: SimClient;
  readonly world: World;
  readonly trace: Trace;
  readonly random: SeededRandom;
  readonly facts: GroupFacts;
  readonly groupId: string;
  readonly topic: string;
  readonly assignor: 'range' | 'cooperative-sticky';
  /** It commits by itself what it has handled; else the consumer does now and then. */
  readonly commitsItself: boolean;
  /** Of a static member. */
  readonly instanceId: string | undefined;
  /** Records below have been deleted on purpose. */
  readonly deletedBelow: (partition: number) => number;
  /** It was told that another has its instance id, and has ended. */
  readonly onFenced: () => void;
}

export const SESSION_MS = 6000;
const REBALANCE_MS = 8000;
const HEARTBEAT_MS = 1500;
const AUTO_COMMIT_MS = 2000;
const POLL_MS = 4000;
/** A fetch waits for more than is there: fewer of them cost less. */
const FETCH_BYTES = 4000;
const FETCH_MS = 1500;
/** Longer than any member is stopped: whether it polls in time is not what is looked at. */
const MAX_POLL_MS = 120_000;
/** What it does with the records of one poll takes so long, at most. */
const HANDLE_MS = 40;
/** It goes on after a failure, to show what else is wrong. */
const AFTER_FAILURE_MS = 3000;

/**
 * A process with one consumer of a group, which tells what it is given, what is taken from it, what
 * it has handled and what it has committed.
 */
export class SimMember {
  readonly name: string;
  private readonly consumer: Consumer;
  /** By partition, the next offset to be handed out; undefined when it has just been given. */
  private readonly next = new Map<number, number>();
  private stopping = false;
  private ended: Promise<void> | undefined;
  /** Generation in which it knows its partitions. */
  private generation = -1;

  constructor(private readonly options: SimMemberOptions) {
    const { client, groupId, assignor, commitsItself, instanceId } = options;
    this.name = client.process.name;
    this.consumer = client.kafka.consumer({
      groupId,
      autoOffsetReset: 'earliest',
      partitionAssignors: [assignor],
      sessionTimeoutMs: SESSION_MS,
      heartbeatIntervalMs: HEARTBEAT_MS,
      rebalanceTimeoutMs: REBALANCE_MS,
      maxPollIntervalMs: MAX_POLL_MS,
      enableAutoCommit: !commitsItself,
      autoCommitIntervalMs: AUTO_COMMIT_MS,
      fetchMinBytes: FETCH_BYTES,
      fetchMaxWaitMs: FETCH_MS,
      requestTimeoutMs: 5000,
      ...(instanceId !== undefined && { groupInstanceId: instanceId }),
    });
    this.listen();
  }

  /** Whether its process runs, and it does not want to leave. */
  get lives(): boolean {
    return !this.options.client.process.dead && !this.stopping;
  }

  get hasEnded(): boolean {
    return this.options.client.process.dead;
  }

  get isPaused(): boolean {
    return this.options.client.process.paused;
  }

  /** Generation in which it has its partitions; -1 before the first. */
  get knownGeneration(): number {
    return this.generation;
  }

  start(): void {
    this.ended = this.readOn();
  }

  /** As SIGKILL does. */
  kill(): void {
    this.options.client.end();
    this.options.facts.died(this.name);
  }

  /** As SIGSTOP does. */
  pause(): void {
    this.options.client.process.pause();
  }

  resume(): void {
    this.options.client.process.resume();
  }

  rebalance(): void {
    this.consumer.enforceRebalance();
  }

  /** Leaves the group, and resolves when it is out and its process has ended. */
  async leave(): Promise<void> {
    if (!this.lives) return;
    this.stopping = true;
    this.consumer.wakeup();
    await this.ended;
    await this.consumer.close();
    this.kill();
  }

  private listen(): void {
    const { facts, world, trace, instanceId } = this.options;
    const member = this.name;
    const numbers = (partitions: readonly { partition: number }[]) =>
      partitions.map(({ partition }) => partition);
    this.consumer.on('group-join', ({ generationId, assignment }) => {
      this.generation = generationId;
      const partitions = numbers(assignment);
      const place = instanceId ?? member;
      facts.joins.push({ member, place, at: world.now, generation: generationId, partitions });
    });
    this.consumer.on('partitions-assigned', ({ partitions }) => {
      for (const { partition } of partitions) this.next.delete(partition);
      facts.assigned(member, numbers(partitions));
      trace.line(`${member} is given [${numbers(partitions).join()}] in ${this.generation}`);
    });
    for (const event of ['partitions-revoked', 'partitions-lost'] as const) {
      this.consumer.on(event, ({ partitions }) => {
        facts.gone(member, numbers(partitions));
        trace.line(`${member}: ${event} [${numbers(partitions).join()}]`);
      });
    }
    this.consumer.on('heartbeat', ({ memberId, generationId: generation, durationMs }) => {
      const [sent, answered] = [world.now - durationMs, world.now];
      facts.beats.push({ member, memberId, generation, sent, answered });
    });
    this.consumer.on('commit', ({ generationId: generation, offsets, durationMs }) => {
      const [sent, answered] = [world.now - durationMs, world.now];
      for (const { partition, offset } of offsets) {
        facts.commits.push({ member, generation, sent, answered, partition, offset });
        const { prefix } = facts.handled[partition]!;
        if (offset <= Math.max(prefix, this.options.deletedBelow(partition))) continue;
        facts.problem(`${member} committed ${partition}@${offset}, only ${prefix} are handled`);
      }
    });
  }

  private async readOn(): Promise<void> {
    const { topic, facts, client } = this.options;
    await this.consumer.subscribe({ topics: [topic] });
    while (!this.stopping) {
      try {
        const batches = await this.consumer.poll(POLL_MS);
        if (batches.length > 0) await this.handle(batches);
      } catch (error) {
        if (this.stopping) return;
        if (KafkaClassicError.is(error) && error.code === 'FENCED_INSTANCE_ID')
          return this.fenced();
        facts.problem(`${this.name} failed: ${describeError(error)}`);
        await delay(AFTER_FAILURE_MS, client.process.clock);
      }
    }
  }

  /**
   * Another has taken its place, or so the coordinator believes: one that takes over while a static
   * member is being replaced knows only the former one (as Kafka's does). The process is started anew.
   */
  private fenced(): void {
    this.kill();
    this.options.onFenced();
  }

  private async handle(batches: readonly ConsumerBatch[]): Promise<void> {
    const { facts, random, client, commitsItself } = this.options;
    for (const batch of batches) this.checkOrder(batch);
    await delay(random.int(0, HANDLE_MS), client.process.clock);
    for (const { partition, records } of batches) {
      for (const { offset } of records) facts.handled[partition]!.add(offset);
    }
    // What is refused, or not answered in time, somebody reads again.
    if (commitsItself) await this.consumer.commit().catch(() => undefined);
  }

  /** It is given every record once and in its order, from where the group has got to. */
  private checkOrder({ partition, records }: ConsumerBatch): void {
    const { facts, trace, deletedBelow } = this.options;
    for (const { offset } of records) {
      const next = this.next.get(partition);
      this.next.set(partition, offset + 1);
      if (next === undefined) {
        trace.line(`${this.name} begins at ${partition}@${offset}`);
        const tenure = facts.tenures.findLast(
          (one) => one.member === this.name && one.partition === partition,
        );
        const committed = facts.committedBefore(partition, tenure?.from ?? 0);
        if (offset >= committed) continue;
        facts.problem(`${this.name} begins at ${partition}@${offset}, committed is ${committed}`);
      } else if (offset !== next && (offset < next || offset > deletedBelow(partition))) {
        facts.problem(`${this.name} was given ${partition}@${offset} in place of ${next}`);
      }
    }
  }
}
