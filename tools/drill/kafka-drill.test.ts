import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ranCommand } from '../cli/testing';
import { definition } from '../kafka-drill';
import { newVerdict, report } from './checker/verdict';
import { CommandTarget } from './target/command-target';
import { until } from './until';
import { userDrills } from './user-drills';
import { userReport } from './user-report';

const run = (...args: string[]) => ranCommand(definition, args);

test('the drills are listed', async () => {
  const { code, stdout } = await run('--list');
  expect(code).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(Object.keys(userDrills).length);
  expect(stdout).toMatch(/^leader-kill +SIGKILL of a leader/);
});

test.each([
  [[], '--drill is missing'],
  [['--drill', 'flood'], 'There is no drill "flood"'],
  [['--drill', 'leader-kill'], '--bootstrap-server'],
  [['--drill', 'leader-kill', '--repeat', '0'], '--repeat'],
])('refused: %j', async (args, message) => {
  const { code, stderr } = await run(...args);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

test('what a drill has found is told in words', () => {
  const seconds = 27.24;
  const verdict = { ...newVerdict(), acked: 800, read: 800, longestUnavailabilityMs: 18_942 };
  expect(userReport('leader-kill', { passed: true, verdict, problems: [], seconds })).toEqual([
    'leader-kill: PASSED in 27.2 s',
    '  800 records acknowledged, 800 read; none lost, duplicated or reordered',
    '  longest time that a partition acknowledged nothing: 18.9 s',
  ]);
  report(verdict, 'lost', 't-0', () => '17 is not there', 2);
  const problems = ['a reader failed: no'];
  expect(userReport('leader-kill', { passed: false, verdict, problems, seconds })).toEqual([
    'leader-kill: FAILED in 27.2 s',
    '  800 records acknowledged, 800 read; not all is well:',
    '  longest time that a partition acknowledged nothing: 18.9 s',
    '  a reader failed: no',
    '  lost 2: acknowledged, and not there',
    '    lost: t-0: 17 is not there',
  ]);
  const nothing = { passed: false, verdict: newVerdict(), problems: [], seconds };
  expect(userReport('all-kill', nothing)[1]).toBe('  0 records acknowledged, 0 read');
});

describe('brokers reached by commands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-drill-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'done');
  const target = new CommandTarget({
    kill: `echo kill {id} >> ${file}`,
    start: `echo start {id} >> ${file}`,
    stop: 'echo it cannot; exit 3',
  });

  test('each gets its id', async () => {
    await target.kill(2);
    await target.start(2);
    expect(readFileSync(file, 'utf8')).toBe('kill 2\nstart 2\n');
  });

  test('can what there are commands for', () => {
    expect([...target.abilities]).toEqual(['stop']);
  });

  test('a command that fails is told with what it printed', async () => {
    await expect(target.stop(1)).rejects.toMatchObject({
      code: 'DRILL_TARGET_FAILED',
      message: expect.stringContaining('ended with 3: it cannot'),
    });
  });

  test('what there is no command for is refused', async () => {
    await expect(target.pause(1)).rejects.toThrow('no command for "pause"');
  });
});

test('a wait ends with its limit, and tells what went wrong last', async () => {
  const never = () => Promise.reject(new Error('still down'));
  const signal = new AbortController().signal;
  await expect(until('a miracle', never, signal, 0)).rejects.toMatchObject({
    code: 'DRILL_TIMED_OUT',
    message: expect.stringContaining('still down'),
  });
  await expect(until('a miracle', never, AbortSignal.abort())).rejects.toThrow('aborted');
});
