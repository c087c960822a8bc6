import * as fc from 'fast-check';
import { formatPartition, type TopicPartition } from '../../topic-partition';
import { byTopic, flattened } from '../topic-partitions';
import type { MemberShare, PartitionAssignor, SubscribedMember } from './assignor';
import { commonProtocol, resolveAssignors, type AssignorName } from './assignor-registry';
import { roundRobinAssignor } from './round-robin-assignor';
import { encodeGeneration, encodePrevious } from './sticky-user-data';

const names: AssignorName[] = ['range', 'roundrobin', 'sticky', 'cooperative-sticky'];

type Assigned = ReadonlyMap<string, MemberShare>;

const member = (memberId: string, topics: string[], more: Partial<SubscribedMember> = {}) => ({
  memberId,
  groupInstanceId: null,
  topics,
  userData: null,
  ownedPartitions: [],
  generationId: -1,
  rackId: null,
  ...more,
});

/** What everybody gets, as `topic-partition`. */
function given(assignor: PartitionAssignor, counts: object, members: SubscribedMember[]) {
  const shares = assignor.assign(new Map(Object.entries(counts)), members) as Assigned;
  return Object.fromEntries(
    [...shares].map(([id, { partitions }]) => [id, partitions.map(formatPartition)]),
  );
}

const of = (name: AssignorName): PartitionAssignor => resolveAssignors([name])[0];

/** The member as it joins the next time, having got these. */
function next(before: SubscribedMember, partitions: readonly TopicPartition[], generation: number) {
  const owned = byTopic(partitions);
  return { ...before, ownedPartitions: owned, generationId: generation };
}

describe('as in Java', () => {
  test('range gives neighbours, the first one more', () => {
    const members = [member('b', ['t', 'u']), member('a', ['t', 'u'])];
    expect(given(of('range'), { t: 3, u: 2 }, members)).toEqual({
      a: ['t-0', 't-1', 'u-0'],
      b: ['t-2', 'u-1'],
    });
  });

  test('roundrobin deals out, passing over who does not read', () => {
    const members = [member('a', ['t']), member('b', ['t', 'u']), member('c', ['u'])];
    expect(given(of('roundrobin'), { u: 2, t: 3 }, members)).toEqual({
      a: ['t-0', 't-2'],
      b: ['t-1', 'u-0'],
      c: ['u-1'],
    });
    expect(roundRobinAssignor('RoundRobinAssigner').name).toBe('RoundRobinAssigner');
  });

  test('static members come first, by their instance ids', () => {
    const members = [
      member('a', ['t']),
      member('z', ['t'], { groupInstanceId: '1' }),
      member('y', ['t'], { groupInstanceId: '2' }),
    ];
    expect(given(of('range'), { t: 3 }, members)).toEqual({ z: ['t-0'], y: ['t-1'], a: ['t-2'] });
  });

  test('sticky heeds what members say they had, the later one right', () => {
    const had = (partitions: number[], generation: number) =>
      encodePrevious({ topicPartitions: [{ topic: 't', partitions }], generation });
    const members = [
      member('a', ['t'], { userData: had([2, 3], 4) }),
      member('b', ['t'], { userData: had([0, 1, 2], 5) }),
      member('c', ['t'], { userData: Buffer.from('not it') }),
    ];
    expect(given(of('sticky'), { t: 4 }, members)).toEqual({
      a: ['t-3'],
      b: ['t-0', 't-1'],
      c: ['t-2'],
    });
  });

  test('user data is what Java reads', () => {
    const sticky = of('sticky');
    expect(sticky.subscriptionUserData?.(['t'])).toBeNull();
    sticky.onAssignment?.(
      { topicPartitions: [{ topic: 't', partitions: [1] }], userData: null },
      7,
    );
    expect(sticky.subscriptionUserData?.(['t'])?.toString('hex')).toBe(
      '00000001' + '000174' + '00000001' + '00000001' + '00000007',
    );
    const cooperative = of('cooperative-sticky');
    expect(cooperative.subscriptionUserData?.(['t'])?.toString('hex')).toBe('ffffffff');
    cooperative.onAssignment?.({ topicPartitions: [], userData: null }, 7);
    expect(cooperative.subscriptionUserData?.(['t'])?.toString('hex')).toBe('00000007');
  });

  test('a member of an older client tells its generation in the user data', () => {
    const owns = (partitions: number[]) => [{ topic: 't', partitions }];
    const members = [
      member('a', ['t'], { ownedPartitions: owns([0, 1]), userData: encodeGeneration(3) }),
      member('b', ['t'], { ownedPartitions: owns([1]), userData: encodeGeneration(4) }),
    ];
    expect(given(of('cooperative-sticky'), { t: 2 }, members)).toEqual({ a: ['t-0'], b: ['t-1'] });
  });
});

describe('the registry', () => {
  test('is cooperative only when all are', () => {
    expect(commonProtocol(resolveAssignors(['range', 'cooperative-sticky']))).toBe('eager');
    expect(commonProtocol(resolveAssignors(['cooperative-sticky']))).toBe('cooperative');
  });

  test.each([[[]], [['nothing']], [['range', 'range']]])('refuses %j', (given) => {
    expect(() => resolveAssignors(given as AssignorName[])).toThrow(/assignor/i);
  });
});

const topics = ['t', 'u', 'v'];
const anyCounts = fc.record({ t: fc.nat(12), u: fc.nat(7), v: fc.nat(3) });
const anyMembers = fc.array(fc.subarray(topics), { minLength: 1, maxLength: 8 });
const sameMembers = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.subarray(topics, { minLength: 1 }))
  .map(([count, list]) => Array.from({ length: count }, () => list));
const membersOf = (lists: string[][], first = 0) =>
  lists.map((list, index) => member(`m${first + index}`, list));

function partitionsRead(counts: object, members: SubscribedMember[]): string[] {
  return Object.entries(counts as Record<string, number>)
    .filter(([topic]) => members.some((one) => one.topics.includes(topic)))
    .flatMap(([topic, count]) =>
      Array.from({ length: count }, (_, partition) => formatPartition({ topic, partition })),
    )
    .sort();
}

describe.each(names)('%s', (name) => {
  test('gives every partition to exactly one that reads the topic', () => {
    fc.assert(
      fc.property(anyCounts, anyMembers, (counts, lists) => {
        const members = membersOf(lists);
        const shares = given(of(name), counts, members);
        expect(Object.values(shares).flat().sort()).toEqual(partitionsRead(counts, members));
        for (const one of members) {
          for (const at of shares[one.memberId]) {
            expect(one.topics).toContain(at.slice(0, at.lastIndexOf('-')));
          }
        }
      }),
    );
  });

  test('does not depend on the order of the members', () => {
    fc.assert(
      fc.property(anyCounts, anyMembers, (counts, lists) => {
        const members = membersOf(lists);
        const backwards = [...members].reverse();
        expect(given(of(name), counts, backwards)).toEqual(given(of(name), counts, members));
      }),
    );
  });
});

/** Two rounds: members come and go in between. */
const change = fc.record({
  before: anyCounts,
  after: anyCounts,
  lists: fc.oneof(anyMembers, sameMembers),
  leaves: fc.nat(3),
  joins: fc.oneof(anyMembers, sameMembers),
});

describe('cooperative-sticky', () => {
  const assignor = of('cooperative-sticky');
  const assign = (counts: object, members: SubscribedMember[]): Assigned =>
    assignor.assign(new Map(Object.entries(counts)), members) as Assigned;
  const sharesOf = (shares: Assigned, { memberId }: SubscribedMember) =>
    shares.get(memberId)?.partitions ?? [];

  test('nobody gets what another still holds; the next round settles it, balanced', () => {
    fc.assert(
      fc.property(change, ({ before, after, lists, leaves, joins }) => {
        const first = membersOf(lists);
        const had = assign(before, first);
        const second = [
          ...first.slice(leaves).map((one) => next(one, sharesOf(had, one), 1)),
          ...membersOf(joins, 100),
        ];
        const got = assign(after, second);
        for (const one of second) {
          for (const at of sharesOf(got, one).map(formatPartition)) {
            for (const other of second) {
              if (other === one) continue;
              expect(flattened(other.ownedPartitions).map(formatPartition)).not.toContain(at);
            }
          }
        }
        const isAlike = new Set(second.map(({ topics: list }) => list.join())).size === 1;
        let last = second.map((one) => next(one, sharesOf(got, one), 2));
        let settled = assign(after, last);
        if (isAlike) {
          for (const one of last) {
            const kept = sharesOf(settled, one).map(formatPartition);
            for (const at of sharesOf(got, one)) expect(kept).toContain(formatPartition(at));
          }
        } else {
          // Members that read different topics may see something else move, as in Java.
          last = last.map((one) => next(one, sharesOf(settled, one), 3));
          settled = assign(after, last);
        }
        expect(
          [...settled.values()].flatMap(({ partitions }) => partitions.map(formatPartition)).sort(),
        ).toEqual(partitionsRead(after, last));
        for (const one of last) {
          for (const other of last) {
            const spare = sharesOf(settled, one).some(({ topic }) => other.topics.includes(topic));
            const difference = sharesOf(settled, one).length - sharesOf(settled, other).length;
            if (spare) expect(difference).toBeLessThan(2);
          }
        }
      }),
    );
  });

  test('with one more member only its share moves, with one less only that of the lost', () => {
    const counted = { t: 500 };
    const first = membersOf(Array.from({ length: 99 }, () => ['t']));
    const had = assign(counted, first);
    const joined = [...first.map((one) => next(one, sharesOf(had, one), 1)), member('new', ['t'])];
    const got = assign(counted, joined);
    const moved = first.filter(
      (one) => sharesOf(got, one).length < sharesOf(had, one).length,
    ).length;
    expect(moved).toBeLessThanOrEqual(5);
    expect(sharesOf(got, joined[99])).toEqual([]);
    const left = first.slice(1).map((one) => next(one, sharesOf(had, one), 1));
    const taken = assign(counted, left);
    for (const one of left) {
      const kept = sharesOf(taken, one).map(formatPartition);
      for (const at of sharesOf(had, one)) expect(kept).toContain(formatPartition(at));
    }
  });
});
