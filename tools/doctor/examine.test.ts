import { ManualClock } from '../../client/runtime/manual-clock';
import type { Check } from './check';
import { examine, type Diagnosis } from './examine';
import type { Finding } from './finding';
import { says } from './finding';
import type { Snapshot } from './snapshot';
import { healthySnapshot } from './testing/healthy-snapshot';

const SETTLE_MS = 1000;

interface Examination extends Diagnosis {
  readonly looks: number;
  readonly tookMs: number;
}

/**
 * Examines a cluster in which only one check finds anything.
 *
 * @param at what it finds after so many milliseconds
 */
async function examined(
  at: (ms: number) => readonly Finding[],
  { settleMs = SETTLE_MS, isWanted = (_topic: string): boolean => true, layer = 'brokers' } = {},
): Promise<Examination> {
  const clock = new ManualClock();
  let looks = 0;
  const look = async (): Promise<Snapshot> => {
    looks += 1;
    return { ...healthySnapshot(), now: clock.monotonic(), disks: [] } as Snapshot;
  };
  const check: Check = {
    code: 'PLANTED',
    severity: 'error',
    layer: layer as Check['layer'],
    meaning: 'Something is wrong.',
    remedy: 'Mend it.',
    find: ({ now }) => at(now),
  };
  const diagnosis = examine(look, { checks: [check], settleMs, clock, isWanted });
  let over = false;
  void diagnosis.finally(() => (over = true));
  for (;;) {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    if (over) return { ...(await diagnosis), looks, tookMs: clock.monotonic() };
    clock.advance(10);
  }
}

const finding = (value: string | number, subject = 'x', topic?: string): Finding => ({
  subject,
  says: [says('here', value)],
  ...(topic !== undefined && { topic }),
});

test('nothing wrong: one look', async () => {
  expect(await examined(() => [])).toMatchObject({
    findings: [],
    passed: [],
    looks: 1,
    tookMs: 0,
    checked: 1,
  });
});

test('what stays is reported after the settling time', async () => {
  const { findings, passed, tookMs } = await examined(() => [finding('a')]);
  expect(findings).toMatchObject([{ subject: 'x', check: { code: 'PLANTED' } }]);
  expect(passed).toEqual([]);
  expect(tookMs).toBe(SETTLE_MS);
});

test('what is gone at the next look is not, and that ends it', async () => {
  const { findings, passed, tookMs } = await examined((ms) => (ms < 100 ? [finding('a')] : []));
  expect(findings).toEqual([]);
  expect(passed).toMatchObject([{ subject: 'x' }]);
  expect(tookMs).toBeLessThan(SETTLE_MS);
});

test('what comes while one looks has to last as well', async () => {
  const { findings, tookMs } = await examined((ms) =>
    ms < 500 ? [finding('a', 'old')] : [finding('a', 'old'), finding('a', 'new')],
  );
  expect(findings.map(({ subject }) => subject)).toEqual(['old', 'new']);
  expect(tookMs).toBe(500 + SETTLE_MS);
});

test('another value is another disagreement', async () => {
  const { findings, tookMs } = await examined((ms) => [finding(ms < 600 ? 'a' : 'b')]);
  expect(findings).toMatchObject([{ says: [{ value: 'b' }] }]);
  expect(tookMs).toBe(750 + SETTLE_MS);
});

test('one that goes on changing is reported when it never was gone', async () => {
  const { findings, tookMs } = await examined((ms) => [finding(ms)]);
  expect(findings).toHaveLength(1);
  expect(tookMs).toBe(3 * SETTLE_MS);
});

test('one after the other comes and goes: it ends, and says that the cluster changes', async () => {
  const { findings, passed, tookMs } = await examined((ms) => [finding('a', `${ms}`)]);
  expect(findings).toEqual([]);
  expect(passed.length).toBeGreaterThan(5);
  expect(tookMs).toBe(6 * SETTLE_MS);
});

test('what was gone and has come back to stay is not told twice', async () => {
  const { findings, passed } = await examined((ms) =>
    ms >= 200 && ms < 300 ? [finding('a', 'other')] : [finding('a'), finding('a', 'other')],
  );
  expect(findings.map(({ subject }) => subject)).toEqual(['x', 'other']);
  expect(passed).toEqual([]);
});

test('without a settling time the first look decides', async () => {
  const { findings, looks } = await examined(() => [finding('a')], { settleMs: 0 });
  expect(findings).toHaveLength(1);
  expect(looks).toBe(1);
});

test('findings about topics nobody asked for do not count; those about none do', async () => {
  const { findings } = await examined(
    () => [finding('a', 'x', 'mine'), finding('a', 'y', 'other'), finding('a', 'z')],
    { isWanted: (topic) => topic === 'mine' },
  );
  expect(findings.map(({ subject }) => subject)).toEqual(['x', 'z']);
});

test('checks of disks do not count without disks', async () => {
  expect(await examined(() => [finding('a')], { layer: 'disks' })).toMatchObject({
    findings: [],
    checked: 0,
  });
});
