import { resolve } from 'node:path';
import type { Command } from 'commander';
import { ClientOptionsError, parseEndpoint } from '../../client/network';
import { splitList } from '../../client/runtime/split-list';
import { wholeNumber } from '../cli/number-option';
import { UsageError } from '../cli/usage-error';
import type { DiskToLookAt } from './collect/disk-view';

export interface DoctorOptions {
  zookeeper?: string;
  bootstrapServer?: string;
  commandConfig?: string;
  logDirs?: string;
  topic?: string;
  settleMs: number;
  timeoutMs: number;
  json?: boolean;
  listChecks?: boolean;
}

export function declareDoctorOptions(command: Command): void {
  command
    .option('--zookeeper <host:port,…/chroot>', "the cluster's ZooKeeper; required")
    .option(
      '--bootstrap-server <host:port,…>',
      'brokers to begin with (default: those registered in ZooKeeper)',
    )
    .option('--command-config <file>', 'properties file with configs of the client')
    .option(
      '--log-dirs <id=dir,…>',
      'log directories that can be read from here, each with the id of its broker',
    )
    .option('--topic <regex>', 'only what concerns these topics, or none in particular')
    .option('--settle-ms <ms>', 'how long a disagreement has to last', wholeNumber(), 1000)
    .option(
      '--timeout-ms <ms>',
      'how long a broker may take to answer',
      wholeNumber({ least: 1 }),
      5000,
    )
    .option('--json', 'print JSON')
    .option('--list-checks', 'print what is checked, and nothing else');
}

/** @throws UsageError */
export function requiredZookeeper({ zookeeper }: DoctorOptions): string {
  if (zookeeper !== undefined && zookeeper.trim() !== '') return zookeeper.trim();
  throw new UsageError(
    '--zookeeper must be specified.',
    'For instance: --zookeeper localhost:2181',
  );
}

/** @throws UsageError when an address is not of the form host:port */
export function bootstrapAddresses({ bootstrapServer = '' }: DoctorOptions): string[] {
  const addresses = splitList(bootstrapServer);
  try {
    addresses.forEach(parseEndpoint);
  } catch (error) {
    if (error instanceof ClientOptionsError) throw new UsageError(error.message, error.advice);
    throw error;
  }
  return addresses;
}

/** @throws UsageError when an entry is not of the form id=dir */
export function disksToLookAt({ logDirs = '' }: DoctorOptions): DiskToLookAt[] {
  return splitList(logDirs).map((text) => {
    const [, id, path] = /^(\d+)=(.+)$/.exec(text) ?? [];
    if (id === undefined || path === undefined) {
      throw new UsageError(
        `"${text}" is no log directory.`,
        'Write broker=directory, for instance: --log-dirs 1=/var/lib/kafka/a,1=/var/lib/kafka/b',
      );
    }
    return { brokerId: Number(id), path: resolve(path) };
  });
}
