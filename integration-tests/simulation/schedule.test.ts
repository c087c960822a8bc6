import { mutationDemands, mutationNames, mutations } from './mutations';
import { runSchedule } from './schedule';

/** Few enough for a test, each a minute of virtual time; `npm run simulate` does thousands. */
const SCHEDULES = 10;
/** Within so many schedules a known mistake has to be found. */
const PATIENCE = 500;

test('whatever goes wrong, nothing acknowledged is lost and all is well afterwards', async () => {
  const failures: unknown[] = [];
  let acked = 0;
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    const { problems, verdict } = await runSchedule({ seed, withGroups: seed % 2 === 1 });
    acked += verdict.acked;
    if (problems.length > 0) failures.push({ seed, problems });
  }
  expect(failures).toEqual([]);
  expect(acked).toBeGreaterThan(SCHEDULES * 100);
});

test('compaction removes records, and the last of every key stays', async () => {
  let compacted = 0;
  for (let seed = 1; seed <= 4; seed++) {
    const { problems, ...outcome } = await runSchedule({ seed, withCompaction: true });
    expect({ seed, problems }).toEqual({ seed, problems: [] });
    compacted += outcome.compacted;
  }
  expect(compacted).toBeGreaterThan(100);
});

test('a seed is a whole run: again it goes the same way, also after others', async () => {
  const withGroups = true;
  const first = await runSchedule({ seed: 7, withGroups });
  const other = await runSchedule({ seed: 8 });
  const again = await runSchedule({ seed: 7, withGroups });
  expect(again.fingerprint).toBe(first.fingerprint);
  expect(again.lines).toEqual(first.lines);
  expect(other.fingerprint).not.toBe(first.fingerprint);
});

test.each(mutationNames)('the mistake "%s" is found', async (name) => {
  const undo = mutations[name]();
  try {
    for (let seed = 1; seed <= PATIENCE; seed++) {
      const { problems } = await runSchedule({ seed, ...mutationDemands[name] });
      if (problems.length > 0) return;
    }
  } finally {
    undo();
  }
  throw new Error(`Not found in ${PATIENCE} schedules.`);
});
