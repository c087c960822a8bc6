import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../tools/cli/project-root';
import { freePorts } from '../../tools/dev/free-ports';
import { runningPid } from '../../tools/dev/pid-file';
import { findLocalZookeeper } from '../../tools/zookeeper/find-zookeeper';
import { fourLetterWord, serverProblem } from '../../tools/zookeeper/four-letter-word';
import type { ZookeeperServer } from '../../tools/zookeeper/zoo-cfg';
import {
  startZookeeper,
  stopZookeeper,
  zookeeperPidFile,
  zookeeperStatus,
} from '../../tools/zookeeper/zookeeper-process';

/** Starting a JVM may take seconds on a busy machine. */
jest.setTimeout(60_000);

const HOST = '127.0.0.1';
const root = projectRoot();
const folder = mkdtempSync(join(tmpdir(), 'zookeeper-tools-'));
const env = { ...process.env, KAFKA_CLASSIC_RUN_DIR: join(folder, 'run') };
delete (env as NodeJS.ProcessEnv).ZOOKEEPER_CONNECT;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a built tool as a user does, through its launcher. */
async function tool(name: string, args: readonly string[], input = ''): Promise<Ran> {
  const child = spawn(join(root, 'bin', `${name}.sh`), args, {
    cwd: folder,
    env,
  });
  child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

const local = (): ReturnType<typeof findLocalZookeeper> =>
  findLocalZookeeper({ env, report: () => {} });

describe('a server', () => {
  const server: ZookeeperServer = { id: 1, home: join(folder, 'single'), clientPort: 0 };
  let address: { host: string; port: number };
  beforeAll(async () => {
    const [port] = await freePorts(1);
    Object.assign(server, { clientPort: port });
    address = { host: HOST, port };
  });
  afterAll(() => stopZookeeper(server));

  test('starts, is left alone by a second start, and stops', async () => {
    const zookeeper = await local();
    const [first] = await startZookeeper([server], { zookeeper, env });
    expect(first).toMatchObject({ mode: 'standalone', alreadyRan: false });
    expect(await fourLetterWord(address, 'ruok')).toBe('imok');
    expect(await serverProblem(address)).toBeNull();

    const [second] = await startZookeeper([server], { zookeeper, env });
    expect(second).toMatchObject({ pid: first.pid, alreadyRan: true });

    expect(await stopZookeeper(server)).toBe('stopped');
    expect(await stopZookeeper(server)).toBe('not-running');
    expect(await zookeeperStatus(server)).toBeNull();
    expect(await serverProblem(address)).toContain('does not answer');
  });

  test('says who holds its port', async () => {
    const zookeeper = await local();
    const other = createServer((socket) => socket.resume().end('hello\n')).listen(
      address.port,
      HOST,
    );
    await once(other, 'listening');
    await expect(startZookeeper([server], { zookeeper, env })).rejects.toThrow(
      `Port ${address.port} is taken by another program.`,
    );
    expect(await serverProblem(address)).toBe(`${HOST}:${address.port} is no ZooKeeper`);
    other.close();
    await once(other, 'close');
  });

  test('that dies at once is reported with the end of its log', async () => {
    const zookeeper = { ...(await local()), classpath: join(folder, 'no.jar') };
    await expect(startZookeeper([server], { zookeeper, env })).rejects.toThrow(
      /ended right after its start.\n.*QuorumPeerMain/s,
    );
    expect(existsSync(zookeeperPidFile(server))).toBe(false);
  });
});

test('three servers make an ensemble', async () => {
  const ports = await freePorts(9);
  const servers = [1, 2, 3].map((id, i) => ({
    id,
    home: join(folder, `node-${id}`),
    clientPort: ports[3 * i],
    quorumPort: ports[3 * i + 1],
    electionPort: ports[3 * i + 2],
  }));
  try {
    const running = await startZookeeper(servers, { zookeeper: await local(), env });
    const modes = running.map(({ mode }) => mode).sort();
    expect(modes).toEqual(['follower', 'follower', 'leader']);
  } finally {
    await Promise.all(servers.map((server) => stopZookeeper(server)));
  }
});

describe('zookeeper-server-start and -stop', () => {
  let port: number;
  let file: string;
  beforeAll(async () => {
    [port] = await freePorts(1);
    file = join(folder, 'zookeeper.properties');
    const dataDir = join(folder, 'daemon-data');
    writeFileSync(file, `dataDir=${dataDir}\nclientPort=${port}\nadmin.enableServer=false\n`);
  });
  afterAll(() => tool('zookeeper-server-stop', []));

  test('-daemon comes back when it is up; a second start is refused; stop ends it', async () => {
    const started = await tool('zookeeper-server-start', ['-daemon', file]);
    expect(started).toMatchObject({ code: 0, stderr: '' });
    expect(started.stdout).toMatch(
      new RegExp(`^ZooKeeper [\\d.]+ is up on ${HOST}:${port} \\(pid \\d+\\)\\.\n$`),
    );

    const again = await tool('zookeeper-server-start', ['-daemon', file]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain(`Port ${port} is taken by a running ZooKeeper.`);

    const stopped = await tool('zookeeper-server-stop', []);
    expect(stopped).toEqual({
      code: 0,
      stdout: `ZooKeeper on port ${port}: stopped.\n`,
      stderr: '',
    });
    expect(await tool('zookeeper-server-stop', [])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'No zookeeper server to stop\n',
    });
  });

  test('in the foreground it runs until SIGTERM', async () => {
    const child = spawn(join(root, 'bin', 'zookeeper-server-start.sh'), [file], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await new Promise<void>((bound) => {
      child.stderr.on('data', (text: Buffer) => {
        if (text.includes('binding to port')) bound();
      });
    });
    const pid = runningPid(join(folder, 'run', `zookeeper-${port}.pid`));
    expect(pid).not.toBeNull();
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    expect(existsSync(join(folder, 'run', `zookeeper-${port}.pid`))).toBe(false);
  });

  test('name what is wrong with the file', async () => {
    const missing = await tool('zookeeper-server-start', ['none.properties']);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/^Error: .*Cannot read none.properties: it does not exist/);
  });
});

describe('zookeeper-shell', () => {
  const server: ZookeeperServer = { id: 1, home: join(folder, 'shell'), clientPort: 0 };
  let connect: string;
  beforeAll(async () => {
    const [port] = await freePorts(1);
    Object.assign(server, { clientPort: port });
    connect = `${HOST}:${port}`;
    await startZookeeper([server], { zookeeper: await local(), env });
  });
  afterAll(() => stopZookeeper(server));

  test('runs one command', async () => {
    expect(await tool('zookeeper-shell', [connect, 'create', '/a', 'x y'])).toEqual({
      code: 0,
      stdout: 'Created /a\n',
      stderr: '',
    });
    const got = await tool('zookeeper-shell', [connect, 'get', '-s', '/a']);
    expect(got.stdout).toMatch(/^x y\ncZxid = 0x/);
    const missing = await tool('zookeeper-shell', [connect, 'get', '/none']);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toContain('NO_NODE');
  });

  test('runs the lines of its input', async () => {
    const input = 'create -e /b\nget /none\n\nls /\nquit\nls /\n';
    const ran = await tool('zookeeper-shell', [connect], input);
    expect(ran).toMatchObject({ code: 1, stdout: 'Created /b\n[a, b, zookeeper]\n' });
    expect(ran.stderr).toContain('NO_NODE');
    expect((await tool('zookeeper-shell', [connect, 'ls', '/'])).stdout).toBe('[a, zookeeper]\n');
  });

  test('says at once that nobody is there', async () => {
    const [port] = await freePorts(1);
    const ran = await tool('zookeeper-shell', [`${HOST}:${port}`, 'ls', '/']);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('does not answer');
  });
});

describe('the launchers', () => {
  test('work through links from elsewhere and with a broken pipe', async () => {
    const link = join(folder, 'zookeeper-server-stop.sh');
    symlinkSync(join(root, 'bin', 'zookeeper-server-stop.sh'), link);
    const script = `"${link}" --help | head -n 1; echo "\${PIPESTATUS[@]}"`;
    const ran = spawnSync('bash', ['-c', script], { encoding: 'utf8', env });
    expect(ran.stdout).toBe('Usage: zookeeper-server-stop [options]\n0 0\n');
    expect(ran.stderr).toBe('');
  });

  test('every tool of the package has one that calls it by its name', () => {
    const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      bin: Record<string, string>;
    };
    for (const tool of Object.keys(bin)) {
      const launcher = join(root, 'bin', `${tool}.sh`);
      expect(readFileSync(launcher, 'utf8')).toContain(`/run-tool" ${tool} "$@"`);
      expect(statSync(launcher).mode & 0o111).toBe(0o111);
    }
  });
});

describe('npm start and npm stop', () => {
  const script = (name: string): string => join(root, 'dist', 'tools', 'dev', `${name}.js`);
  const run = (name: string, args: readonly string[]): Ran => {
    const ran = spawnSync(process.execPath, [script(name), ...args], { encoding: 'utf8', env });
    return { code: ran.status ?? 1, stdout: ran.stdout, stderr: ran.stderr };
  };

  test('a folder that was never started has nothing to stop', () => {
    const ran = run('stop', ['--data', join(folder, 'never')]);
    expect(ran).toEqual({ code: 0, stdout: 'Nothing to stop.\n', stderr: '' });
  });
});
