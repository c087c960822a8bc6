import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimPidFile, runningPid, stopByPidFile, writePidFile } from './pid-file';
import { processIdentity } from '../../client/runtime/process-identity';

const folder = mkdtempSync(join(tmpdir(), 'pid-'));
const file = join(folder, 'deep', 'a.pid');
afterAll(() => rmSync(folder, { recursive: true }));

async function sleeper(script: string): Promise<number> {
  const child = spawn(process.execPath, [
    '-e',
    `${script};process.stdout.write('up');setInterval(()=>{},1e6)`,
  ]);
  await once(child.stdout, 'data');
  return child.pid as number;
}

test('names the process that wrote it', () => {
  writePidFile(file, process.pid);
  expect(runningPid(file)).toBe(process.pid);
});

test('a later process with the same pid is a stranger', () => {
  writePidFile(file, process.pid);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/\d\n$/, 'x\n'));
  expect(runningPid(file)).toBeNull();
});

test.each(['', 'nonsense\n', '-1\nx\n', '99999999\nx\n'])('nobody runs by %j', (text) => {
  writeFileSync(file, text);
  expect(runningPid(file)).toBeNull();
});

test('a claim is refused while its holder lives and taken over afterwards', async () => {
  rmSync(file, { force: true });
  const other = await sleeper('');
  expect(claimPidFile(file, other)).toBeNull();
  expect(claimPidFile(file)).toBe(other);
  expect(await stopByPidFile(file)).toBe('stopped');
  expect(claimPidFile(file)).toBeNull();
  expect(claimPidFile(file)).toBeNull();
  expect(runningPid(file)).toBe(process.pid);
});

test('stops what runs, kills what does not listen, and can be repeated', async () => {
  writePidFile(file, await sleeper(''));
  expect(await stopByPidFile(file)).toBe('stopped');
  expect(await stopByPidFile(file)).toBe('not-running');
  writePidFile(file, await sleeper("process.on('SIGTERM',()=>{})"));
  expect(await stopByPidFile(file, { deadlineMs: 50 })).toBe('killed');
});

test('no process, no identity', () => {
  expect(processIdentity(process.pid)).not.toBeNull();
  expect(processIdentity(2 ** 30)).toBeNull();
  expect(() => writePidFile(file, 2 ** 30)).toThrow('There is no process');
});
