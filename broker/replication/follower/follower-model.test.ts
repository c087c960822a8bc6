import fc from 'fast-check';
import type { Fate } from './testing/fake-peers';
import { ModelCluster } from './testing/model-cluster';

jest.setTimeout(120_000);

const id = fc.integer({ min: 1, max: 3 });
const order = fc.shuffledSubarray([1, 2, 3]);
const fates = fc.array(
  fc.constantFrom<Fate>('answered', 'answered', 'answered', 'request-lost', 'reply-lost', 'held'),
  { maxLength: 12 },
);

type Step =
  | { do: 'produce'; id: number; count: number }
  | { do: 'elect'; id: number; order: number[]; unclean: boolean }
  | { do: 'kill'; id: number; survives: number | undefined }
  | { do: 'restart'; id: number }
  | { do: 'pass'; turns: number };

const calm: fc.Arbitrary<Step>[] = [
  fc.record({ do: fc.constant('produce'), id, count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant('produce'), id, count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant('elect'), id, order, unclean: fc.constant(false) }),
  fc.record({ do: fc.constant('kill'), id, survives: fc.constant(undefined) }),
  fc.record({ do: fc.constant('restart'), id }),
  fc.record({ do: fc.constant('pass'), turns: fc.integer({ min: 1, max: 40 }) }),
];
const rough: fc.Arbitrary<Step>[] = [
  fc.record({ do: fc.constant('elect'), id, order, unclean: fc.constant(true) }),
  fc.record({
    do: fc.constant('kill'),
    id,
    survives: fc.double({ min: 0, max: 0.99, noNaN: true }),
  }),
];

async function take(cluster: ModelCluster, step: Step): Promise<void> {
  switch (step.do) {
    case 'produce':
      return cluster.produce(step.id, step.count);
    case 'elect':
      return cluster.elect(step.id, step.unclean, step.order);
    case 'kill': {
      const { survives } = step;
      return cluster.kill(step.id, survives === undefined ? undefined : () => survives);
    }
    case 'restart':
      return cluster.restart(step.id);
    case 'pass':
      return cluster.pass(step.turns);
  }
}

async function play(
  steps: readonly Step[],
  fatesOfRun: readonly Fate[],
  rangeFirst: boolean,
  clean: boolean,
) {
  const cluster = new ModelCluster(fatesOfRun, rangeFirst);
  await cluster.start();
  try {
    for (const step of steps) {
      await take(cluster, step);
      if (clean) expect(await cluster.check()).toBeUndefined();
    }
    await cluster.settle();
    const [first, ...others] = await cluster.logs();
    for (const log of others) expect(log.equals(first as Buffer)).toBe(true);
    if (clean) {
      expect(await cluster.check()).toBeUndefined();
      expect(await cluster.holdsAllCommitted()).toBe(true);
    }
  } finally {
    await cluster.close();
  }
}

const steps = (kinds: fc.Arbitrary<Step>[]) =>
  fc.array(fc.oneof(...kinds), { minLength: 1, maxLength: 25 });

test('with clean elections nothing that was committed is ever lost or differs (H1, H3, H4, H5)', () =>
  fc.assert(
    fc.asyncProperty(steps(calm), fates, fc.boolean(), (history, lost, rangeFirst) =>
      play(history, lost, rangeFirst, true),
    ),
    { numRuns: Number(process.env['RUNS'] ?? 100) },
  ));

test('after power losses and unclean elections the logs become one again (H2)', () =>
  fc.assert(
    fc.asyncProperty(steps([...calm, ...rough]), fates, fc.boolean(), (history, lost, rangeFirst) =>
      play(history, lost, rangeFirst, false),
    ),
    { numRuns: Number(process.env['RUNS'] ?? 100) },
  ));
