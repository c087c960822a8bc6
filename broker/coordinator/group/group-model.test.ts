import { ProtocolError } from '../../../client/protocol/protocol-error';
import type { GroupCoordinator } from './group-coordinator';
import {
  DELAY_MS,
  GroupFixture,
  joinRequest,
  REBALANCE_MS,
  SESSION_MS,
  settled,
} from './testing/group-fixture';
import { GroupModel, joinedText, type Asked, type ModelRequest } from './testing/group-model';

const STEPS = 120;
/** Always the same, and some that nobody has seen; a failure names its seed. */
const SEEDS = [...Array.from({ length: 30 }, (_, i) => i + 1), ...freshSeeds(10)];
const WAITS = [1, 900, 900, DELAY_MS, DELAY_MS, SESSION_MS / 2, SESSION_MS, REBALANCE_MS, 400_000];
const INSTANCES = ['one', 'two'];
const SAYINGS = ['a', 'a', 'a', 'b'];

function freshSeeds(count: number): number[] {
  return Array.from({ length: count }, () => Math.floor(Math.random() * 2 ** 31));
}

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

/** One group to which things happen at random, beside a model of it. */
class Run {
  readonly history: string[] = [];
  private readonly fixture = new GroupFixture();
  private readonly brokers = [this.fixture.broker(1), this.fixture.broker(2)];
  private readonly model = new GroupModel(this.fixture.clock.monotonic());
  /** Requests, answered or not. */
  private asked: Asked[] = [];
  /** Member ids that were given away, with their instance. */
  private readonly ids = new Map<string, string | null>();
  private commits = 0;

  constructor(private readonly random: () => number) {}

  async step(): Promise<void> {
    const isEmpty = this.model.members.length === 0 && this.random() < 0.6;
    await (isEmpty ? this.join() : this.pick(this.actions)());
    await settled();
    this.check();
  }

  async stop(): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.close()));
  }

  private readonly actions: readonly (() => Promise<void> | void)[] = [
    () => this.join(),
    () => this.join(),
    () => this.joinAgain(),
    () => this.joinAgain(),
    () => this.joinAgain(),
    () => this.sync(),
    () => this.sync(),
    () => this.sync(),
    () => this.everybodySyncs(),
    () => this.everybodyJoins(),
    () => this.heartbeat(),
    () => this.heartbeat(),
    () => this.everybodyBeats(),
    () => this.everybodyBeats(),
    () => this.leave(),
    () => this.commit(),
    () => this.commit(),
    () => this.wait(),
    () => this.wait(),
    () => this.wait(),
    () => this.failOver(),
    () => this.askTheOther(),
  ];

  private get coordinator(): GroupCoordinator {
    const [id] = this.fixture.groups.brokers;
    return this.brokers[(id ?? 1) - 1] as GroupCoordinator;
  }

  /** Does it in both. */
  private ask(what: string, inModel: (asked: Asked) => void, real: Promise<string>): void {
    const asked: Asked = { what };
    this.history.push(what);
    this.asked.push(asked);
    inModel(asked);
    real.then(
      (answer) => (asked.answer = answer),
      (error: unknown) => {
        asked.answer = error instanceof ProtocolError ? error.code : String(error);
      },
    );
  }

  private join(): void {
    const instance = this.random() < 0.3 ? this.pick(INSTANCES) : null;
    this.sendJoin('', instance, this.pick(SAYINGS), this.random() < 0.5);
  }

  private joinAgain(): void {
    const { memberId, instance } = this.somebody();
    this.sendJoin(memberId, instance, this.pick(SAYINGS), true);
  }

  private everybodyJoins(): void {
    for (const { id, instance, says } of this.model.members) {
      this.sendJoin(id, instance, says, true);
    }
    for (const id of [...this.model.pending.keys()]) this.sendJoin(id, null, 'a', true);
  }

  private sendJoin(memberId: string, instance: string | null, says: string, needsId: boolean) {
    const real = this.coordinator.join(
      'g',
      joinRequest({
        ...{ memberId, groupInstanceId: instance, requiresKnownId: needsId },
        protocols: [{ name: 'range', metadata: Buffer.from(says) }],
      }),
    );
    this.ask(
      `join ${memberId || 'anew'} ${instance ?? ''} ${says}${needsId ? '' : ' at once'}`,
      (asked) => this.model.join(asked, { memberId, instance, says, needsId }),
      real.then((outcome) => {
        if ('idRequired' in outcome) {
          this.ids.set(outcome.idRequired, null);
          return `id ${outcome.idRequired}`;
        }
        this.ids.set(outcome.memberId, instance);
        const { generation, leader, skipAssignment, members } = outcome;
        const all = members.map((one) => one.memberId).sort();
        return joinedText(outcome.memberId, generation, leader, skipAssignment, all);
      }),
    );
  }

  private sync(): void {
    this.sendSync(this.somebody());
  }

  private everybodySyncs(): void {
    const { generation } = this.model;
    // While assignments are on their way to the storage, who asks again is answered something else.
    const silent = this.model.members.filter(({ syncing }) => !syncing);
    for (const { id, instance } of silent) {
      this.sendSync({ memberId: id, instance, generation });
    }
  }

  /** Whoever it is brings shares; only those of the leader count. */
  private sendSync(request: ModelRequest): void {
    const { memberId, instance: groupInstanceId, generation } = request;
    const shares = new Map(this.model.members.map(({ id }, i) => [id, `${i} of ${generation}`]));
    const assignments = new Map([...shares].map(([id, share]) => [id, Buffer.from(share)]));
    const isChosen = this.model.state === 'CompletingRebalance' || this.model.state === 'Stable';
    const facts = { protocolType: 'consumer', protocol: isChosen ? 'range' : null };
    this.ask(
      `sync ${memberId} in ${generation}`,
      (asked) => this.model.sync(asked, request, shares),
      this.coordinator
        .sync('g', { memberId, groupInstanceId, generation, ...facts, assignments })
        .then(({ assignment }) => `share ${assignment.toString()}`),
    );
  }

  private heartbeat(): void {
    this.sendHeartbeat(this.somebody());
  }

  private everybodyBeats(): void {
    const { generation } = this.model;
    for (const { id, instance } of [...this.model.members]) {
      this.sendHeartbeat({ memberId: id, instance, generation });
    }
  }

  private sendHeartbeat(request: ModelRequest): void {
    const { memberId, instance: groupInstanceId, generation } = request;
    this.ask(
      `heartbeat ${memberId} in ${generation}`,
      (asked) => this.model.heartbeat(asked, request),
      this.coordinator.heartbeat('g', { memberId, groupInstanceId, generation }).then(() => 'ok'),
    );
  }

  private leave(): void {
    const request = this.somebody();
    const { memberId, instance: groupInstanceId } = request;
    this.ask(
      `leave ${memberId}`,
      (asked) => this.model.leave(asked, request),
      this.coordinator
        .leave('g', [{ memberId, groupInstanceId, reason: null }])
        .then(([error]) => error?.code ?? 'ok'),
    );
  }

  private commit(): void {
    const stranger = { memberId: '', instance: null, generation: -1 };
    const request = this.random() < 0.2 ? stranger : this.somebody();
    const { memberId, instance: groupInstanceId, generation } = request;
    const partition = Math.floor(this.random() * 3);
    const offset = ++this.commits;
    const committed = {
      ...{ offset, leaderEpoch: -1, metadata: '', commitTimestamp: 0, expireTimestamp: null },
    };
    const changes = [{ topic: 't', partition, committed }];
    this.ask(
      `commit ${partition}@${offset} by ${memberId} in ${generation}`,
      (asked) => this.model.commit(asked, request, partition, offset),
      this.coordinator
        .commit('g', { memberId, groupInstanceId, generation, changes })
        .then(() => 'ok'),
    );
  }

  private wait(): Promise<void> {
    const ms = this.pick(WAITS);
    this.history.push(`${ms} ms pass`);
    this.model.pass(ms);
    return this.fixture.pass(ms);
  }

  private failOver(): void {
    this.history.push('the coordinator is another one');
    this.model.failOver();
    const [first] = this.fixture.groups.brokers;
    this.fixture.groups.brokers.reverse();
    this.fixture.groups.expire(first ?? 1);
    // It is loaded when somebody asks, and its sessions begin then.
    this.sendHeartbeat({ memberId: 'nobody', instance: null, generation: 0 });
  }

  private askTheOther(): void {
    const [, other] = this.fixture.groups.brokers;
    const { memberId, instance: groupInstanceId, generation } = this.somebody();
    this.sendHeartbeat({ memberId: 'nobody', instance: null, generation: 0 });
    this.ask(
      `heartbeat ${memberId} at the other broker`,
      (asked) => (asked.expected = 'NOT_COORDINATOR'),
      (this.brokers[(other ?? 2) - 1] as GroupCoordinator)
        .heartbeat('g', { memberId, groupInstanceId, generation })
        .then(() => 'ok'),
    );
  }

  /** A member, or one that was, or never was; of this generation, or of another. */
  private somebody(): ModelRequest {
    const known = this.model.members.map(({ id, instance }): [string, string | null] => [
      id,
      instance,
    ]);
    const all: [string, string | null][] = [...this.ids, ['nobody', null]];
    const [memberId, instance] = this.pick(known.length > 0 && this.random() < 0.7 ? known : all);
    const { generation } = this.model;
    const isLate = this.random() < 0.15;
    return { memberId, instance, generation: isLate ? generation - 1 : generation };
  }

  private check(): void {
    for (const { what, expected, answer } of this.asked) {
      expect({ what, answer }).toEqual({ what, answer: expected });
    }
    this.asked = this.asked.filter(({ answer }) => answer === undefined);
    const [group] = this.coordinator.loaded;
    if (!group) return;
    const { state, generation, leader, members, offsets } = this.model;
    expect({
      state: group.state,
      generation: group.generation,
      leader: group.roster.leader,
      members: group.roster.all.map(({ memberId }) => memberId),
      offsets: group.offsets
        .partitionsOf('t')
        .map((at) => [at, group.offsets.get('t', at)?.offset]),
    }).toEqual({
      ...{ state, generation, leader },
      members: members.map(({ id }) => id),
      offsets: [...offsets],
    });
  }

  private pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] as T;
  }
}

test.each(SEEDS)('a group does what the model does, seed %d', async (seed) => {
  const run = new Run(randomOf(seed));
  try {
    for (let step = 0; step < STEPS; step++) await run.step();
  } catch (error) {
    throw new Error(`Seed ${seed}, after: ${run.history.join('; ')}`, { cause: error });
  } finally {
    await run.stop();
  }
});
