import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { delay } from '../../client/runtime/clock';
import { processGuard } from './process-guard';

/** A pid that is no longer there, or only as a zombie nobody waits for. */
function gone(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() === '' || stdout.startsWith('Z');
}

test('what a test started ends with it, even when it is killed', async () => {
  const guard = require.resolve('../../dist/integration-tests/harness/process-guard.js');
  const program = `
    const { spawn } = require('node:child_process');
    const { processGuard } = require(${JSON.stringify(guard)});
    const [first, kept, last] = [1, 2, 3].map(() => spawn('sleep', ['600']));
    for (const child of [first, kept, last]) processGuard.add(child);
    kept.once('exit', () => console.log(first.pid, last.pid));
    kept.kill();
    setTimeout(() => undefined, 600_000);
  `;
  const runner = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  processGuard.add(runner);
  const [line] = (await once(createInterface(runner.stdout), 'line')) as [string];
  const pids = line.split(' ').map(Number);
  expect(pids.map(gone)).toEqual([false, false]);
  runner.kill('SIGKILL');
  while (!pids.every(gone)) await delay(20);
});
