import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processIdentity } from '../../client/runtime/process-identity';
import { DirectoryLock } from './directory-lock';
import { nodeFileSystem } from './file-system';
import { thisProcess } from './lock-owner';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kafka-classic-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const acquire = () => DirectoryLock.acquire(nodeFileSystem, dir);
const writeLock = (owner: object | string) =>
  writeFileSync(join(dir, '.lock'), typeof owner === 'string' ? owner : JSON.stringify(owner));

it('refuses a second owner while the first lives, also in the same process', () => {
  const lock = acquire();
  expect(acquire).toThrow(`in use by process ${process.pid}`);
  lock.release();
  acquire().release();
  expect(readdirSync(dir)).toEqual([]);
});

it('takes over at once from a process that was killed', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const { pid = 0 } = child;
  const { self } = thisProcess();
  const startedAt = processIdentity(pid);
  writeLock({ pid, startedAt, host: self.host });
  expect(acquire).toThrow(`in use by process ${pid}`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  acquire().release();
});

it('is not fooled by a pid that another process has now', () => {
  const { self } = thisProcess();
  writeLock({ ...self, startedAt: `${self.startedAt}1` });
  acquire().release();
});

it.each(['', 'not json', '{}'])('takes over a lock file without an owner: %j', (text) => {
  writeLock(text);
  acquire().release();
});

it('does not remove a lock that is not its own', () => {
  const lock = acquire();
  const { self } = thisProcess();
  writeLock({ ...self, nonce: 'another' });
  lock.release();
  expect(readdirSync(dir)).toEqual(['.lock']);
});
