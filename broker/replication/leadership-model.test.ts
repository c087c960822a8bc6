import fc from 'fast-check';
import type { ProtocolError } from '../../client/protocol/protocol-error';
import { oneRecord } from '../log/testing/log-fixture';
import { IsrChangeRefused, type ControllerState, type IsrChange } from './isr-changer';
import type { Partition } from './partition';
import { codeOf, ReplicaFixture, settled } from './testing/replica-fixture';

const MIN_ISR = 2;
const FOLLOWERS = [2, 3];

type Command =
  | { readonly kind: 'append' }
  /** A follower asks for what it lacks; the answer may get lost on its way. */
  | { readonly kind: 'fetch'; readonly id: number; readonly arrives: boolean }
  | { readonly kind: 'wait'; readonly ms: number }
  /** The controller sees to the request that has waited longest, and the reply may get lost. */
  | { readonly kind: 'decide'; readonly grants: boolean; readonly replyArrives: boolean }
  /** The controller takes a follower out of the ISR; the leader hears of it with `deliver`. */
  | { readonly kind: 'fence'; readonly id: number }
  | { readonly kind: 'deliver' }
  /** A follower is started anew: another life, the same log. */
  | { readonly kind: 'bounce'; readonly id: number };

const id = fc.constantFrom(...FOLLOWERS);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Command>({ kind: 'append' }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('fetch' as const),
      id,
      arrives: fc.integer({ min: 0, max: 5 }).map((n) => n > 0),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(50, 600, 16_000, 31_000),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      grants: fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
      replyArrives: fc.integer({ min: 0, max: 2 }).map((n) => n > 0),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fence' as const), id }) },
  { weight: 2, arbitrary: fc.constant<Command>({ kind: 'deliver' }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('bounce' as const), id }) },
);

interface Ack {
  readonly offset: number;
  code?: string;
  checked: boolean;
}

/** Leader 1 as it is; two followers and the controller as they may be. */
class World {
  /** Where each follower's log really ends. */
  readonly ends = new Map(FOLLOWERS.map((follower) => [follower, 0]));
  /** The truth, as in ZooKeeper. */
  stored: ControllerState & { leaderEpoch: number; partitionEpoch: number } = {
    leader: 1,
    leaderEpoch: 3,
    isr: [1, 2, 3],
    partitionEpoch: 7,
    leaderRecoveryState: 'recovered',
  };
  readonly acks: Ack[] = [];
  private answered = 0;
  private highWatermark = 0;

  constructor(
    readonly fixture: ReplicaFixture,
    readonly partition: Partition,
  ) {}

  get written(): number {
    return this.partition.leaderLog().writtenEndOffset;
  }

  async run(command: Command): Promise<void> {
    switch (command.kind) {
      case 'append':
        this.append();
        break;
      case 'fetch':
        this.fetch(command.id, command.arrives);
        break;
      case 'wait':
        this.fixture.clock.advance(command.ms);
        break;
      case 'decide':
        this.decide(command.grants, command.replyArrives);
        break;
      case 'fence':
        this.fence(command.id);
        break;
      case 'deliver':
        await this.deliver();
        break;
      case 'bounce':
        this.fixture.live.set(command.id, (this.fixture.live.get(command.id) ?? 0) + 1);
    }
    await settled();
    this.check();
  }

  /** What an orderly world does: everybody gets everything, and the ISR becomes whole. */
  async heal(): Promise<void> {
    for (let round = 0; round < 20; round++) {
      await this.deliver();
      for (const follower of FOLLOWERS) this.fetch(follower, true);
      await settled();
      while (this.answered < this.fixture.isr.asked.length) {
        this.decide(true, true);
        await settled();
      }
      this.fixture.clock.advance(15_000);
      await settled();
      this.check();
    }
  }

  private append(): void {
    try {
      const info = this.partition.append(oneRecord('x'), -1);
      const ack: Ack = { offset: info.lastOffset, checked: false };
      this.acks.push(ack);
      void codeOf(this.partition.committed(info, 100_000)).then((code) => (ack.code = code));
    } catch (error) {
      expect((error as ProtocolError).code).toBe('NOT_ENOUGH_REPLICAS');
    }
  }

  private fetch(follower: number, arrives: boolean): void {
    this.fixture.fetch(this.partition, follower, this.ends.get(follower) ?? 0);
    if (arrives) this.ends.set(follower, this.written);
  }

  private decide(grants: boolean, replyArrives: boolean): void {
    const request = this.fixture.isr.asked[this.answered];
    if (!request) return;
    this.answered++;
    const verdict = this.verdictOn(request.change, grants);
    if (!replyArrives) request.reply.reject(new Error('The reply is lost.'));
    else if (verdict instanceof Error) request.reply.reject(verdict);
    else request.reply.resolve(verdict);
  }

  /** In the order of the real controller's checks. */
  private verdictOn(change: IsrChange, grants: boolean): ControllerState | Error {
    const isr = change.newIsr.map(({ brokerId }) => brokerId);
    const { stored } = this;
    if (change.leaderEpoch < stored.leaderEpoch) return new IsrChangeRefused('FENCED_LEADER_EPOCH');
    if ([...stored.isr].sort().join() === [...isr].sort().join()) return stored;
    if (change.partitionEpoch < stored.partitionEpoch) {
      return new IsrChangeRefused('INVALID_UPDATE_VERSION');
    }
    const isSameLife = change.newIsr.every(
      ({ brokerId, brokerEpoch }) =>
        brokerEpoch === -1 || brokerEpoch === this.fixture.live.get(brokerId),
    );
    if (!grants || !isSameLife) return new IsrChangeRefused('INELIGIBLE_REPLICA');
    return (this.stored = { ...stored, isr, partitionEpoch: stored.partitionEpoch + 1 });
  }

  private fence(follower: number): void {
    const { stored } = this;
    this.stored = {
      ...stored,
      isr: stored.isr.filter((member) => member !== follower),
      leaderEpoch: stored.leaderEpoch + 1,
      partitionEpoch: stored.partitionEpoch + 1,
    };
  }

  private async deliver(): Promise<void> {
    await this.fixture.obey(this.stored);
  }

  private endOf(broker: number): number {
    return broker === 1 ? this.written : (this.ends.get(broker) ?? 0);
  }

  private copiesOf(end: number): number {
    return [1, ...FOLLOWERS].filter((broker) => this.endOf(broker) >= end).length;
  }

  /** ISRs that are, or with what is under way may become, the true one. */
  private possibleIsrs(): (readonly number[])[] {
    const underWay = this.fixture.isr.asked
      .slice(this.answered)
      .filter(({ change }) => change.leaderEpoch === this.stored.leaderEpoch)
      .map(({ change }) => change.newIsr.map(({ brokerId }) => brokerId));
    return [this.stored.isr, ...underWay];
  }

  private check(): void {
    const { highWatermark } = this.partition;
    expect(highWatermark).toBeGreaterThanOrEqual(this.highWatermark);
    this.highWatermark = highWatermark;
    this.expectCommitted(highWatermark);
    for (const ack of this.acks) {
      if (ack.code !== 'OK' || ack.checked) continue;
      ack.checked = true;
      this.expectCommitted(ack.offset + 1);
    }
  }

  private expectCommitted(end: number): void {
    for (const isr of this.possibleIsrs()) {
      expect(Math.min(...isr.map((broker) => this.endOf(broker)))).toBeGreaterThanOrEqual(end);
    }
    expect(this.copiesOf(end)).toBeGreaterThanOrEqual(MIN_ISR);
  }
}

test('whatever happens to fetches, to the ISR and to replies, what is committed is on all who may be in sync', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 60 }), async (commands) => {
      const fixture = await ReplicaFixture.open();
      try {
        const world = new World(fixture, await fixture.obey());
        for (const next of commands) await world.run(next);
        await world.heal();
        expect([...world.partition.isr].sort()).toEqual([1, 2, 3]);
        expect(world.partition.highWatermark).toBe(world.written);
        expect(world.acks.filter(({ code }) => code === undefined)).toEqual([]);
      } finally {
        await fixture.close();
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);
