import type { Api, RequestInput } from '../../client/protocol/api';
import { AlterPartition } from '../../client/protocol/messages/alter-partition';
import { AlterPartitionReassignments } from '../../client/protocol/messages/alter-partition-reassignments';
import { ControlledShutdown } from '../../client/protocol/messages/controlled-shutdown';
import { ElectLeaders } from '../../client/protocol/messages/elect-leaders';
import { ControllerWorld, type FakeBroker } from './controller-fixture';

const IDS = [1, 2, 3, 4];
const TOPICS = ['a', 'b', 'c'];
const STEPS = 60;

/** Numbers from a seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A cluster to which things happen at random, and who may lead what in which epoch. */
class Model {
  readonly dead = new Set<number>();
  readonly history: string[] = [];
  private readonly stopping = new Set<number>();
  private readonly leaders = new Map<string, number>();

  constructor(
    readonly world: ControllerWorld,
    private readonly random: () => number,
  ) {}

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] as T;
  }

  get alive(): FakeBroker[] {
    return IDS.filter((id) => !this.dead.has(id)).map((id) => this.world.broker(id));
  }

  async step(): Promise<void> {
    const [name, act] = this.pick(this.actions);
    this.history.push(name);
    await act();
    if (this.random() < 0.6) await this.world.advance(Math.floor(this.random() * 400));
    this.checkEpochs();
  }

  private readonly actions: readonly [string, () => Promise<void>][] = [
    ['create', () => this.create()],
    ['create', () => this.create()],
    ['delete', () => this.delete()],
    ['kill', () => this.kill()],
    ['revive', () => this.revive()],
    ['revive', () => this.revive()],
    ['restart', () => this.restart()],
    ['expire', () => this.expire()],
    ['lose a reply', async () => this.world.ensemble.faults.dropNextReply(isWrite)],
    ['lose a request', async () => this.world.ensemble.faults.dropNextRequest(isWrite)],
    ['link', () => this.flipLink()],
    ['grow', () => this.grow()],
    ['grow', () => this.grow()],
    ['shut down', () => this.shutDown()],
    ['quorum', () => this.blink()],
    ['move', () => this.move()],
    ['move', () => this.move()],
    ['go home', () => this.electPreferred()],
  ];

  /** Everything works again, and has had time to settle. */
  async heal(): Promise<void> {
    for (const broker of this.alive) broker.link = 'up';
    while (this.dead.size > 0) await this.revive();
    // Who has asked to stop is expected to.
    for (const id of this.stopping) await this.restart(this.world.broker(id));
    await this.world.advance(40_000, 500);
    for (let round = 0; round < 4; round++) {
      for (const topic of TOPICS) for (const index of [0, 1]) await this.grow(topic, index);
      await this.world.advance(6_000, 500);
    }
  }

  private async create(): Promise<void> {
    const name = this.pick(TOPICS);
    const shuffled = () => [...IDS].sort(() => this.random() - 0.5);
    const assignments = [0, 1].map(() => shuffled().slice(0, this.pick([1, 2, 3])));
    await this.world.createTopic(name, assignments).catch(() => {});
  }

  private async delete(): Promise<void> {
    const { topics, deletions } = this.world.anybody.stores;
    const name = this.pick(TOPICS);
    if (await this.world.until(topics.get(name))) await this.world.until(deletions.mark(name));
  }

  private async kill(): Promise<void> {
    if (this.alive.length < 2) return;
    const { id } = this.pick(this.alive);
    this.dead.add(id);
    await this.world.kill(id);
  }

  private async revive(): Promise<void> {
    if (this.dead.size === 0) return;
    const id = this.pick([...this.dead]);
    await this.world.add(id);
    this.dead.delete(id);
  }

  private async restart({ id } = this.pick(this.alive)): Promise<void> {
    this.stopping.delete(id);
    await this.world.kill(id);
    await this.world.add(id);
  }

  private async expire(): Promise<void> {
    this.world.ensemble.faults.expire(this.pick(this.alive).zk.sessionId);
  }

  private async flipLink(): Promise<void> {
    this.pick(this.alive).link = this.pick(['up', 'down', 'answers lost']);
  }

  private async blink(): Promise<void> {
    this.world.ensemble.faults.loseQuorum();
    await this.world.advance(this.pick([100, 2_000]));
    this.world.ensemble.faults.regainQuorum();
  }

  /** A leader has its live followers in sync. */
  private async grow(topic = this.pick(TOPICS), index = this.pick([0, 1])): Promise<void> {
    const key = `${topic}-${index}`;
    const leader = this.alive.find((broker) => broker.told.get(key)?.leader === broker.id);
    const told = leader?.told.get(key);
    const stored = await this.world.until(this.world.anybody.stores.topics.get(topic));
    const state = await this.world.state(topic, index);
    if (!leader || !told || !stored?.topicId || !state) return;
    const members = this.alive.filter(({ id }) => told.replicas.includes(id));
    this.ask(AlterPartition, {
      brokerId: leader.id,
      brokerEpoch: Number(leader.epoch),
      topics: [
        {
          topicId: stored.topicId,
          partitions: [
            {
              partitionIndex: index,
              leaderEpoch: told.leaderEpoch,
              partitionEpoch: state.partitionEpoch,
              newIsrWithEpochs: members.map(({ id, epoch }) => ({
                brokerId: id,
                brokerEpoch: Number(epoch),
              })),
            },
          ],
        },
      ],
    });
    await this.world.settle();
  }

  /** Replicas move to other brokers, or are called back. */
  private async move(): Promise<void> {
    const shuffled = [...IDS].sort(() => this.random() - 0.5);
    const replicas = this.random() < 0.2 ? null : shuffled.slice(0, this.pick([1, 2, 3]));
    this.ask(AlterPartitionReassignments, {
      timeoutMs: 1_000,
      topics: [
        {
          name: this.pick(TOPICS),
          partitions: [{ partitionIndex: this.pick([0, 1]), replicas }],
        },
      ],
    });
    await this.world.settle();
  }

  private async electPreferred(): Promise<void> {
    this.ask(ElectLeaders, { electionType: 0, topicPartitions: null, timeoutMs: 1_000 });
    await this.world.settle();
  }

  /** Asks the controller, if there is one; the answer does not matter. */
  private ask<A extends Api>(api: A, body: RequestInput<A>): void {
    const active = this.alive.find(({ controller }) => controller.isActive);
    active?.controller.handle(api, body).catch(() => {});
  }

  private async shutDown(): Promise<void> {
    const { id, epoch } = this.pick(this.alive);
    this.ask(ControlledShutdown, { brokerId: id, brokerEpoch: Number(epoch) });
    await this.world.settle();
    this.stopping.add(id);
    if (this.random() < 0.5) await this.restart(this.world.broker(id));
  }

  /** In an epoch there is one leader, whatever goes wrong. */
  checkEpochs(): void {
    for (const broker of this.world.brokers.values()) {
      for (const [key, { topicId, leader, leaderEpoch, isr }] of broker.told) {
        if (leader >= 0) expect(isr).toContain(leader);
        const epoch = `${topicId}/${key}@${leaderEpoch}`;
        const known = this.leaders.get(epoch) ?? leader;
        expect(`${epoch}: ${leader}`).toBe(`${epoch}: ${known}`);
        this.leaders.set(epoch, leader);
      }
    }
  }

  /** ZooKeeper, the controller and all brokers agree, and every partition has a leader. */
  async checkAgreement(): Promise<void> {
    const { topics, deletions, states } = this.world.anybody.stores;
    expect(await this.world.until(deletions.list())).toEqual([]);
    const expected = new Map<string, number>();
    const homes = new Map<string, readonly number[]>();
    for (const name of await this.world.until(topics.list())) {
      const { partitions } = (await this.world.until(topics.get(name)))!;
      for (const [partition, { replicas, adding, removing }] of partitions) {
        expect([...adding, ...removing]).toEqual([]);
        const key = `${name}-${partition}`;
        const state = await this.world.until(states.get({ topic: name, partition }));
        expect([key, state?.leader]).not.toEqual([key, -1]);
        expect(replicas).toEqual(expect.arrayContaining([...state!.isr]));
        expect(state!.isr).toContain(state!.leader);
        expected.set(key, state!.leader);
        homes.set(key, replicas);
        for (const id of replicas) {
          const told = this.world.broker(id).told.get(key);
          expect([key, id, told?.leaderEpoch]).toEqual([key, id, state!.leaderEpoch]);
          expect(told?.leader).toBe(state!.leader);
        }
      }
    }
    for (const { id, metadata, told } of this.world.brokers.values()) {
      const known = new Map([...metadata].map(([key, { leader }]) => [key, leader]));
      expect(known).toEqual(expected);
      for (const key of told.keys()) expect([key, ...(homes.get(key) ?? [])]).toContain(id);
    }
    const { figures } = this.world.controller.controller;
    expect(figures).toMatchObject({
      offlinePartitionsCount: 0,
      globalPartitionCount: expected.size,
      activeBrokerCount: IDS.length,
    });
  }
}

function isWrite({ op }: { readonly op: string }): boolean {
  return ['create', 'set', 'delete', 'multi'].includes(op);
}

/** The last have found something. */
const seeds = [...Array.from({ length: 60 }, (_, index) => index + 1), 541, 632, 695, 1300];

test.each(seeds)('whatever happens, all agree in the end (seed %i)', async (seed) => {
  const world = await ControllerWorld.start(...IDS);
  const model = new Model(world, randomOf(seed));
  try {
    for (let step = 0; step < STEPS; step++) await model.step();
    await model.heal();
    model.checkEpochs();
    await model.checkAgreement();
    const illegal = world.log.filter(({ event }) => /-move-refused$/.test(event));
    expect(illegal).toEqual([]);
  } catch (error) {
    const lines = world.log.slice(-40).map((line) => JSON.stringify(line));
    (error as Error).message += `\nAfter: ${model.history.join(', ')}.\n${lines.join('\n')}`;
    throw error;
  }
  await world.close();
});
