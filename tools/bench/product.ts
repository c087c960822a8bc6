import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from '../cli/project-root';
import { freePorts } from '../dev/free-ports';
import { findLocalZookeeper } from '../zookeeper/find-zookeeper';
import { startZookeeper, stopZookeeper } from '../zookeeper/zookeeper-process';

/** Brokers of ours, each in a process of its own, on a ZooKeeper of their own. */
export interface Product {
  /** Of the first broker. */
  readonly port: number;
  readonly pid: number;
  readonly brokers: readonly { readonly port: number; readonly pid: number }[];
  /** From the start of the first process until it serves, ZooKeeper being up. */
  readonly startMs: number;
  stop(): Promise<void>;
}

export async function startProduct(folder: string, brokerCount = 1): Promise<Product> {
  const home = mkdtempSync(join(folder, 'product-'));
  const [clientPort] = await freePorts(1);
  const zookeeperHome = join(home, 'zookeeper');
  const zookeeper = await findLocalZookeeper({
    env: process.env,
    report: (line) => process.stderr.write(`${line}\n`),
  });
  await startZookeeper([{ id: 1, home: zookeeperHome, clientPort }], {
    zookeeper,
    env: process.env,
  });
  const began = performance.now();
  const first = await startBroker(home, 1, clientPort);
  const startMs = performance.now() - began;
  const brokers = [first];
  while (brokers.length < brokerCount) {
    brokers.push(await startBroker(home, brokers.length + 1, clientPort));
  }
  return {
    port: first.port,
    pid: first.pid,
    brokers,
    startMs,
    stop: async () => {
      for (const broker of brokers) await broker.stop();
      await stopZookeeper({ home: zookeeperHome });
      rmSync(home, { recursive: true, force: true });
    },
  };
}

interface RunningBroker {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

async function startBroker(
  home: string,
  id: number,
  zookeeperPort: number,
): Promise<RunningBroker> {
  const broker = fork(
    join(projectRoot(), 'dist/tools/kafka-server-start.js'),
    [
      ...override('broker.id', String(id)),
      ...override('listeners', 'PLAINTEXT://127.0.0.1:0'),
      ...override('log.dirs', join(home, `logs-${id}`)),
      ...override('zookeeper.connect', `127.0.0.1:${zookeeperPort}`),
      ...['--pid-file', join(home, `broker-${id}.pid`), '--log-format', 'json'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  const port = await new Promise<number>((resolve, reject) => {
    broker.once('exit', (code) => reject(new Error(`The broker ended with code ${code}.`)));
    const lines = createInterface({ input: broker.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => {
      const { event, endpoints } = JSON.parse(line) as { event?: string; endpoints?: string[] };
      if (event === 'broker-started') resolve(Number(endpoints?.[0].split(':').pop()));
    });
  });
  return {
    port,
    pid: broker.pid as number,
    stop: async () => {
      broker.removeAllListeners('exit');
      const ended = new Promise((exit) => broker.once('exit', exit));
      broker.kill('SIGTERM');
      await ended;
    },
  };
}

const override = (name: string, value: string) => ['--override', `${name}=${value}`];
