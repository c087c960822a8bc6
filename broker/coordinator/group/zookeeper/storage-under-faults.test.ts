import fc from 'fast-check';
import type { ZooKeeperClient } from '../../../../zk-coordination';
import { StoreFixture } from '../../../../zk-coordination/stores/store-fixture';
import { sampleGroup, sampleOffset } from '../contract/stored-samples';
import type { GroupClaim, GroupSnapshot, GroupStorage } from '../group-storage';
import type { StoredGroup, StoredMember } from '../stored-group';
import { ZooKeeperStorageBrokers } from './zookeeper-storage-fixture';

const BROKERS = [1, 2, 3] as const;
const PARTITIONS = 3;

type Step =
  | { readonly kind: 'claim' | 'release' | 'expire' | 'cut' | 'heal'; readonly broker: number }
  | { readonly kind: 'commit'; readonly broker: number; readonly partition: number }
  | { readonly kind: 'save'; readonly broker: number; readonly isLarge: boolean }
  | {
      readonly kind: 'depose';
      readonly broker: number;
      readonly by: number;
      readonly isLarge: boolean;
    }
  | { readonly kind: 'loseReply' | 'loseRequest'; readonly after: number }
  | { readonly kind: 'pass'; readonly ms: number };

const broker = fc.constantFrom(...BROKERS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('claim' as const), broker }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      broker,
      partition: fc.nat(PARTITIONS - 1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('save' as const), broker, isLarge: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        ...(['release', 'expire', 'cut', 'heal', 'heal', 'heal', 'heal'] as const),
      ),
      broker,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('loseReply' as const, 'loseRequest' as const),
      after: fc.nat(3),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('depose' as const),
      broker,
      by: broker,
      isLarge: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(0, 100, 5_000),
    }),
  },
);

/** What was asked for, and what was acknowledged of it, whoever did it. */
class Model {
  private readonly acknowledged = new Map<number, number>();
  private readonly saved = new Map<number, StoredGroup>();
  private savedLast = 0;
  private last = 0;

  /** A later one is higher. */
  nextOffset(): number {
    return ++this.last;
  }

  nextGroup(isLarge: boolean): StoredGroup {
    const generation = ++this.last;
    const group = sampleGroup(generation, `a-${generation}`, `b-${generation}`);
    // Two of them do not fit into one write.
    const large = { protocols: [{ name: 'range', metadata: Buffer.alloc(300_000) }] };
    const members = group.members.map((member) => (isLarge ? { ...member, ...large } : member));
    this.saved.set(generation, { ...group, members });
    return { ...group, members };
  }

  committed(partition: number, offset: number): void {
    this.acknowledged.set(partition, Math.max(offset, this.acknowledged.get(partition) ?? 0));
  }

  groupSaved(generation: number): void {
    this.savedLast = Math.max(this.savedLast, generation);
  }

  /** Nothing acknowledged is lost or goes back, and a group is one that was saved, whole. */
  judge({ group, offsets }: GroupSnapshot): void {
    for (const [partition, offset] of this.acknowledged) {
      const stored = offsets.get('orders')?.get(partition)?.offset ?? 0;
      expect(stored).toBeGreaterThanOrEqual(offset);
    }
    expect(group?.generation ?? 0).toBeGreaterThanOrEqual(this.savedLast);
    if (group === null) return;
    const asked = this.saved.get(group.generation);
    const size = ({ protocols }: StoredMember) => protocols[0]?.metadata.length;
    const shape = (one: StoredGroup | undefined) =>
      one?.members
        .map((member) => `${member.memberId} ${size(member)} ${member.assignment.toString('hex')}`)
        .sort();
    expect(shape(group)).toEqual(shape(asked));
  }
}

class Run {
  private readonly model = new Model();
  private readonly brokers = new ZooKeeperStorageBrokers();
  private readonly storages = new Map<number, GroupStorage>();
  private readonly clients = new Map<number, ZooKeeperClient>();
  private readonly claims = new Map<number, GroupClaim>();
  private readonly underWay = new Set<Promise<unknown>>();

  private constructor(private readonly fixture: StoreFixture) {}

  static async start(): Promise<Run> {
    const run = new Run(await StoreFixture.start());
    for (const id of BROKERS) {
      const client = await run.fixture.connect();
      run.clients.set(id, client);
      run.storages.set(id, await run.brokers.join(id, client));
    }
    return run;
  }

  async do(one: Step): Promise<void> {
    const { faults } = this.fixture.ensemble;
    switch (one.kind) {
      case 'claim':
        this.claim(one.broker);
        break;
      case 'commit':
        this.commit(one.broker, one.partition);
        break;
      case 'save':
        this.save(one.broker, one.isLarge);
        break;
      case 'release':
        this.follow(this.claims.get(one.broker)?.release());
        break;
      case 'expire':
        faults.expire(this.client(one.broker).sessionId);
        break;
      case 'cut':
        faults.disconnect(this.client(one.broker).sessionId);
        break;
      case 'heal':
        faults.reconnect(this.client(one.broker).sessionId);
        break;
      case 'depose':
        await this.depose(one.broker, one.by, one.isLarge);
        break;
      case 'loseReply':
        faults.dropNextReply(nth(one.after));
        break;
      case 'loseRequest':
        faults.dropNextRequest(nth(one.after));
        break;
      case 'pass':
        await this.fixture.advance(one.ms, 500);
    }
    await this.fixture.settle();
  }

  /** Everything heals, and whoever claims the group in the end finds what is right. */
  async finish(): Promise<void> {
    for (const id of BROKERS) this.fixture.ensemble.faults.reconnect(this.client(id).sessionId);
    await this.fixture.until(Promise.all([...this.underWay]), 600_000);
    for (const claim of this.claims.values()) await this.fixture.until(claim.release());
    const storage = this.storages.get(1);
    if (storage === undefined) throw new Error('There is broker 1.');
    for (;;) {
      try {
        const claim = await this.fixture.until(storage.claim('g', { onLost: () => {} }));
        this.model.judge(claim.snapshot);
        this.model.judge(await this.fixture.until(storage.read('g')));
        return;
      } catch (error) {
        // A claim given up in doubt goes with its session.
        if (!isRefusal(error)) throw error;
        for (const id of [2, 3]) await this.fixture.expire(this.client(id));
        await this.fixture.advance(1_000);
      }
    }
  }

  async close(): Promise<void> {
    this.brokers.clear();
    await this.fixture.close();
  }

  private claim(id: number): void {
    if (this.claims.has(id)) return;
    const storage = this.storages.get(id);
    const claiming = storage?.claim('g', { onLost: () => this.claims.delete(id) }).then((claim) => {
      this.model.judge(claim.snapshot);
      if (!this.claims.has(id)) this.claims.set(id, claim);
    });
    this.follow(claiming);
  }

  /**
   * Somebody deletes the claim by hand, another broker claims the group and goes on, and the first
   * one, whose session lives, does not know it.
   */
  private async depose(other: number, by: number, isLarge: boolean): Promise<void> {
    const [holder] = this.claims.keys();
    const id = holder ?? other;
    this.claim(id);
    await this.fixture.advance(200);
    // Not what it may claim anew when it hears of the other.
    const deposed = this.claims.get(id);
    const [offset, group] = [this.model.nextOffset(), this.model.nextGroup(isLarge)];
    await this.fixture.zk.delete('/consumers/g/coordinator', -1).catch(() => {});
    if (by === id) return;
    this.claim(by);
    await this.fixture.advance(200);
    this.commit(by, 0);
    this.save(by, isLarge);
    await this.fixture.advance(200);
    this.commitBy(deposed, 0, offset);
    this.saveBy(deposed, group);
    await this.fixture.advance(200);
  }

  private commit(id: number, partition: number): void {
    this.commitBy(this.claims.get(id), partition, this.model.nextOffset());
  }

  private commitBy(claim: GroupClaim | undefined, partition: number, offset: number): void {
    const committing = claim
      ?.saveOffsets([sampleOffset('orders', partition, offset)])
      .then(() => this.model.committed(partition, offset));
    this.follow(committing);
  }

  private save(id: number, isLarge: boolean): void {
    this.saveBy(this.claims.get(id), this.model.nextGroup(isLarge));
  }

  private saveBy(claim: GroupClaim | undefined, group: StoredGroup): void {
    const saving = claim?.saveGroup(group).then(() => this.model.groupSaved(group.generation));
    this.follow(saving);
  }

  /** Refusals are in order; what the model finds wrong is not. */
  private follow(act: Promise<unknown> | undefined): void {
    if (act === undefined) return;
    const followed: Promise<unknown> = act.catch((error: unknown) => {
      const isTwice = error instanceof Error && error.message.includes('claimed already');
      if (!isRefusal(error) && !isTwice) throw error;
    });
    this.underWay.add(followed);
    followed.then(
      () => this.underWay.delete(followed),
      () => {},
    );
  }

  private client(id: number): ZooKeeperClient {
    const client = this.clients.get(id);
    if (client === undefined) throw new Error(`There is no broker ${id}.`);
    return client;
  }
}

function isRefusal(error: unknown): boolean {
  const { reason } = error as { reason?: string };
  return reason === 'taken' || reason === 'unavailable';
}

/** The write that comes after so many others. */
function nth(after: number): (request: { readonly op: string }) => boolean {
  let writes = 0;
  return ({ op }) => op === 'multi' && writes++ === after;
}

it('whatever is acknowledged is there, and no group is a mixture, whatever goes wrong', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 30, maxLength: 80, size: 'max' }),
      async (steps) => {
        const run = await Run.start();
        try {
          for (const one of steps) await run.do(one);
          await run.finish();
        } finally {
          await run.close();
        }
      },
    ),
    // To make a counterexample small takes longer than a test may; a large one tells as much.
    { numRuns: 25, endOnFailure: true },
  );
});
