import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../client/runtime/manual-clock';
import { RecordingStream } from '../cli/testing';
import { findProgram } from './find-program';
import { freePorts, isPortFree, nextFreePort } from './free-ports';
import { installLine } from './debian-packages';
import { runProgram } from './run-program';
import { generateClicks, writeClicks } from './sample/generate-clicks';
import { runSteps } from './step';
import { countLines } from './steps/input-step';
import { countsLine } from './test-counts';

const folder = mkdtempSync(join(tmpdir(), 'dev-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the click-stream sample', () => {
  test('is the same each time', () => {
    const clicks = [...generateClicks(2000)];
    expect(clicks).toEqual([...generateClicks(2000)]);
    expect(clicks).not.toEqual([...generateClicks(2000, 1)]);
    expect(clicks[0]).toEqual({
      timestamp: '2024-01-15T06:00:00.480Z',
      user: 'user-0010',
      page: '/',
      referrer: 'direct',
      ms: 68,
    });
  });

  test('goes forward in time, and users follow links', () => {
    const last = new Map<string, string>();
    let time = '';
    for (const click of generateClicks(5000)) {
      expect(click.timestamp > time).toBe(true);
      time = click.timestamp;
      if (click.referrer.startsWith('/')) expect(click.referrer).toBe(last.get(click.user));
      last.set(click.user, click.page);
    }
    expect(last.size).toBeGreaterThan(500);
  });

  test('is a file of lines', async () => {
    const file = join(folder, 'deep', 'clicks.ndjson');
    writeClicks(file, 300);
    expect(await countLines(file)).toBe(300);
    expect(JSON.parse(readFileSync(file, 'utf8').split('\n')[299])).toMatchObject({
      user: expect.stringMatching(/^user-\d{4}$/) as string,
    });
  });
});

test.each([
  ['', 0],
  ['a', 1],
  ['a\n', 1],
  ['a\n\nb', 3],
])('lines in %j', async (text, lines) => {
  const file = join(folder, 'lines');
  writeFileSync(file, text);
  expect(await countLines(file)).toBe(lines);
});

describe('steps', () => {
  const clock = new ManualClock();
  const step = {
    title: 'Boiling water',
    run: async (done: string[]) => {
      clock.advance(1234);
      done.push('water');
      return 'Water boils';
    },
  };
  const broken = { title: 'Making tea', run: () => Promise.reject(new Error('no tea')) };

  test('are told as one line each', async () => {
    const stdout = new RecordingStream();
    const done: string[] = [];
    await runSteps([step, step], done, { stdout, env: {} }, clock);
    expect(stdout.text).toBe('✔ Water boils (1.2 s)\n✔ Water boils (1.2 s)\n');
    expect(done).toEqual(['water', 'water']);
  });

  test('end at the first that fails', async () => {
    const stdout = new RecordingStream();
    const ran = runSteps([broken, step], [], { stdout, env: {} }, clock);
    await expect(ran).rejects.toThrow('no tea');
    expect(stdout.text).toBe('✖ Making tea (0.0 s)\n');
  });

  test('on a terminal say what is going on', async () => {
    const stdout = new RecordingStream(true);
    await runSteps([step], [], { stdout, env: { NO_COLOR: '1' } }, clock);
    expect(stdout.text).toBe('… Boiling water\r\u001b[K✔ Water boils (1.2 s)\n');
  });
});

test('the counts at the end of the tests', () => {
  const report = {
    numTotalTestSuites: 12,
    numPassedTests: 340,
    numFailedTests: 0,
    numPendingTests: 1,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
  };
  expect(countsLine(report, 41_234)).toBe(
    '12 suites, 340 tests passed, 0 failed, 1 skipped in 41.2 s',
  );
  expect(countsLine({ ...report, numRuntimeErrorTestSuites: 2 }, 1000)).toBe(
    '12 suites, 340 tests passed, 0 failed (and 2 suites did not run), 1 skipped in 1.0 s',
  );
});

test('ports: free, taken, next', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await isPortFree(port)).toBe(false);
  expect(await nextFreePort(port)).toBeGreaterThan(port);
  server.close();
  await once(server, 'close');
  expect(await isPortFree(port)).toBe(true);
  expect(new Set(await freePorts(5)).size).toBe(5);
});

describe('programs', () => {
  test('give code, output and lines', async () => {
    const lines: string[] = [];
    const script = "console.log('a');console.error('b');process.exit(3)";
    const ran = await runProgram(process.execPath, ['-e', script], {
      onLine: (line) => lines.push(line),
    });
    expect(ran.code).toBe(3);
    expect(lines.sort()).toEqual(['a', 'b']);
  });

  test('that cannot be started end with 127', async () => {
    expect((await runProgram(join(folder, 'none'), [])).code).toBe(127);
  });

  test('are found on the path', () => {
    expect(findProgram('sh', { PATH: '/nowhere:/bin' })).toBe('/bin/sh');
    expect(findProgram('sh', { PATH: '/nowhere' })).toBeNull();
  });
});

test('what to type to get packages', () => {
  expect(installLine(['a', 'b'])).toBe('sudo apt-get install -y --no-install-recommends a b');
});
