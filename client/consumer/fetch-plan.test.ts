import { AssignedPartition } from './assigned-partition';
import { planFetches, type FetchSituation } from './fetch-plan';

/** A partition led by the broker of the same number as its topic's last letter. */
function partition(
  topic: string,
  number: number,
  facts: Partial<AssignedPartition> = {},
): AssignedPartition {
  return Object.assign(new AssignedPartition(topic, number, () => undefined), facts);
}

const leaders: Record<string, number | undefined> = { a: 1, b: 2 };
const situation: FetchSituation = {
  now: 100,
  enough: 10,
  nodeOf: ({ topic }) => leaders[topic],
  isValid: () => true,
  isBusy: () => false,
};

const plan = (partitions: AssignedPartition[], changes: Partial<FetchSituation> = {}) => {
  const { plans, leaderless, unvalidated, ...rest } = planFetches(partitions, {
    ...situation,
    ...changes,
  });
  const names = (list: readonly AssignedPartition[]) => list.map((p) => `${p.topic}${p.partition}`);
  return {
    plans: plans.map(({ nodeId, leavesOut, partitions: wanted }) => ({
      nodeId,
      leavesOut,
      wanted: names(wanted),
    })),
    leaderless: names(leaderless),
    unvalidated: names(unvalidated),
    ...rest,
  };
};

test('one request per broker, partitions in the order given', () => {
  expect(plan([partition('a', 1), partition('b', 0), partition('a', 0)])).toEqual({
    plans: [
      { nodeId: 1, leavesOut: false, wanted: ['a1', 'a0'] },
      { nodeId: 2, leavesOut: false, wanted: ['b0'] },
    ],
    leaderless: [],
    unvalidated: [],
    waitsForReader: false,
    retryAt: Infinity,
  });
});

test('a partition whose place is in doubt is not asked for, not even of a busy broker', () => {
  const changes = {
    isValid: ({ partition: number }: AssignedPartition) => number > 0,
    isBusy: (nodeId: number) => nodeId === 2,
  };
  const partitions = [partition('a', 0), partition('a', 1), partition('b', 0), partition('c', 0)];
  expect(plan(partitions, changes)).toMatchObject({
    plans: [{ nodeId: 1, wanted: ['a1'] }],
    unvalidated: ['a0', 'b0'],
    leaderless: ['c0'],
  });
});

test('brokers that are being asked are left alone', () => {
  const partitions = [partition('a', 0), partition('b', 0)];
  expect(plan(partitions, { isBusy: (nodeId) => nodeId === 1 }).plans).toEqual([
    { nodeId: 2, leavesOut: false, wanted: ['b0'] },
  ]);
});

test('partitions that cannot be read now are not asked for', () => {
  const partitions = [
    partition('a', 0, { paused: true }),
    partition('a', 1, { wanted: { timestamp: -1 } }),
    partition('a', 2, { error: new Error() }),
    partition('c', 3),
  ];
  expect(plan(partitions)).toMatchObject({ plans: [], leaderless: ['c3'], waitsForReader: false });
});

test('partitions that wait for a retry say when', () => {
  const partitions = [
    partition('a', 0, { retryAt: 130 }),
    partition('a', 1, { retryAt: 120 }),
    partition('a', 2, { retryAt: 100 }),
  ];
  const { plans, retryAt } = plan(partitions);
  expect(plans[0].wanted).toEqual(['a2']);
  expect(retryAt).toBe(120);
});

test('enough of a partition is enough; its broker must not wait for the others', () => {
  const full = partition('a', 0, { bufferedBytes: 11 });
  const almost = partition('a', 1, { bufferedBytes: 10 });
  expect(plan([full, almost])).toMatchObject({
    plans: [{ leavesOut: true, wanted: ['a1'] }],
    waitsForReader: true,
  });
  expect(plan([full])).toMatchObject({ plans: [], waitsForReader: true });
});
