import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay } from '../../client/runtime/clock';
import { projectRoot } from '../../tools/cli/project-root';
import { brokerPropertiesFile } from '../../tools/dev/broker-daemon';
import { ClusterLayout } from '../../tools/dev/cluster-layout';
import { ranCommand } from '../../tools/cli/testing';
import { runningPid } from '../../tools/dev/pid-file';
import { definition as drill } from '../../tools/kafka-drill';
import { zookeeperPidFile } from '../../tools/zookeeper/zookeeper-process';
import { freePorts } from '../../tools/dev/free-ports';
import type { Ran } from './tool-process';

const folder = mkdtempSync(join(tmpdir(), 'npm-start-'));
const layout = new ClusterLayout(folder);
const brokerPid = layout.brokerPidFile(1);
const STOPPED = '✔ Broker 3 stopped\n✔ Broker 2 stopped\n✔ Broker 1 stopped\n✔ ZooKeeper stopped\n';
const zookeeperPid = zookeeperPidFile({ home: layout.zookeeperHome });
const env: NodeJS.ProcessEnv = { ...process.env };
delete env.ZOOKEEPER_CONNECT;
let ports: readonly number[];

beforeAll(async () => {
  ports = await freePorts(3);
});
afterAll(async () => {
  await dev('stop');
  rmSync(folder, { recursive: true, force: true });
});

/** What `npm start` and `npm stop` run once everything is built. */
async function dev(command: 'start' | 'stop', ...args: string[]): Promise<Ran> {
  const script = join(projectRoot(), 'dist', 'tools', 'dev', `${command}.js`);
  const child = spawn(process.execPath, [script, '--data', folder, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

/** Kills a process and waits until the system has forgotten it. */
async function killed(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  while (exists(pid)) await delay(20);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const start = (...args: string[]): Promise<Ran> =>
  dev(
    'start',
    ...['--port', String(ports[0]), '--zookeeper-port', String(ports[1])],
    ...['--metrics-port', String(ports[2]), ...args],
  );

test('npm start: a file goes through a topic and back; again after a kill -9; npm stop', async () => {
  const first = await start('--override', 'log.retention.hours=7');
  expect(first).toMatchObject({ code: 0 });
  expect(first.stdout).toContain(
    '✔ Topic user_clicks is created with 3 partitions, each on 3 brokers',
  );
  expect(first.stdout).toContain('✔ 20000 lines sent, 20000 read back, every key in one partition');
  expect(first.stdout).toMatch(/│ all +│ 20000 │ +20000 │ +800 │/);
  expect(first.stdout).toContain(
    `bin/kafka-topics.sh --bootstrap-server 127.0.0.1:${ports[0]} --list`,
  );
  const metrics = `http://127.0.0.1:${ports[2]}/metrics`;
  expect(first.stdout).toContain(`curl -s ${metrics}`);
  expect(await (await fetch(metrics)).text()).toContain('\nkafka_server_partitions 3\n');
  const properties = (): string => readFileSync(brokerPropertiesFile(1, layout), 'utf8');
  expect(properties()).toContain('log.retention.hours=7');
  const broker = runningPid(brokerPid)!;
  const zookeeper = runningPid(zookeeperPid)!;
  expect([broker, zookeeper]).toEqual([expect.any(Number), expect.any(Number)]);
  expect(existsSync(layout.startPidFile)).toBe(false);

  await killed(broker);
  const second = await start();
  expect(second).toMatchObject({ code: 0 });
  expect(second.stdout).toContain('is already up on');
  expect(second.stdout).toContain(
    '✔ Topic user_clicks is there from earlier, with 3 partitions and 20000 records',
  );
  expect(second.stdout).toContain(
    '✔ 20000 lines sent, 20000 read back, every key in one partition',
  );
  expect(properties()).toContain('log.retention.hours=7');
  const again = runningPid(brokerPid)!;
  expect(again).not.toBe(broker);
  expect(runningPid(zookeeperPid)).toBe(zookeeper);

  const log = join(folder, 'access.log');
  writeFileSync(log, '10.0.0.1 GET /\n10.0.0.2 GET /a\n10.0.0.1 GET /b');
  const third = await start('--input', log, '--override', 'log.retention.hours=8');
  expect(third.stderr).toContain('Broker 1 runs already, without --override: run npm stop first.');
  expect(third).toMatchObject({ code: 0 });
  expect(third.stdout).toContain(`Broker 1 is already serving on 127.0.0.1:${ports[0]}`);
  expect(third.stdout).toContain('✔ 3 lines sent, 3 read back, every key in one partition');

  const drilled = await ranCommand(drill, [
    ...['--bootstrap-server', `127.0.0.1:${ports[0]}`, '--data', folder],
    ...['--drill', 'all-kill,rolling-restart'],
  ]);
  expect(drilled.stdout).toMatch(/^all-kill: PASSED [^]*\nrolling-restart: PASSED /);
  expect(drilled.code).toBe(0);

  const stopped = await dev('stop');
  expect(stopped).toEqual({
    code: 0,
    stdout: STOPPED,
    stderr: '',
  });
  expect([existsSync(brokerPid), existsSync(zookeeperPid)]).toEqual([false, false]);
  expect(runsFrom(folder)).toEqual([]);
  expect((await dev('stop')).stdout).toBe('Nothing to stop.\n');
});

test('npm start in a folder with leftovers that make no sense', async () => {
  writeFileSync(layout.zookeeperState, '{"kind":"local"}');
  writeFileSync(join(layout.brokerHome(1), 'server.properties'), 'listeners\n');
  writeFileSync(brokerPid, `${process.pid}\nsomebody else\n`);
  writeFileSync(zookeeperPid, 'no number');
  writeFileSync(layout.startPidFile, '1\nlong ago\n');
  const { code, stdout } = await start();
  expect(stdout).toContain('and 40003 records');
  expect(stdout).toContain('✔ 20000 lines sent, 20000 read back, every key in one partition');
  expect(code).toBe(0);
  expect((await dev('stop')).stdout).toBe(STOPPED);
});

/** Processes that name the folder on their command line. */
function runsFrom(path: string): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(path));
}
