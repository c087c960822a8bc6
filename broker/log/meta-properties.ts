import { join } from 'node:path';
import { parse } from 'dot-properties';
import { writeAtomically } from './atomic-file';
import type { FileSystem } from './file-system';
import { LogDirectoryError } from './log-error';

/** Who a log directory belongs to: `meta.properties`, version 0. */
export interface MetaProperties {
  readonly brokerId: number | undefined;
  readonly clusterId: string | undefined;
}

const NAME = 'meta.properties';

/** @returns undefined when the directory has none (a new directory) */
export async function readMetaProperties(
  fileSystem: FileSystem,
  logDir: string,
): Promise<MetaProperties | undefined> {
  const path = join(logDir, NAME);
  const text = await fileSystem.readFile(path);
  if (text === undefined) return undefined;
  const properties = parse(text) as Record<string, string | undefined>;
  const version = properties['version'];
  if (version !== '0') {
    throw new LogDirectoryError(
      `${path} has version ${version ?? '(none)'}; a broker with ZooKeeper writes version 0.`,
      'This directory may belong to a KRaft broker. Give this broker directories of its own in log.dirs.',
    );
  }
  const brokerId = properties['broker.id'];
  return {
    brokerId: brokerId === undefined ? undefined : Number(brokerId),
    clusterId: properties['cluster.id'],
  };
}

export async function writeMetaProperties(
  fileSystem: FileSystem,
  logDir: string,
  meta: { brokerId: number; clusterId: string },
): Promise<void> {
  const lines = [
    '#',
    'version=0',
    `broker.id=${meta.brokerId}`,
    `cluster.id=${meta.clusterId}`,
    '',
  ];
  await writeAtomically(fileSystem, join(logDir, NAME), lines.join('\n'));
}

/**
 * Checks that a directory belongs to this broker of this cluster.
 * @throws LogDirectoryError when it does not: starting would mix two brokers' data
 */
export function checkMetaProperties(
  logDir: string,
  stored: MetaProperties,
  expected: { brokerId: number; clusterId: string },
): void {
  if (stored.clusterId !== undefined && stored.clusterId !== expected.clusterId) {
    throw new LogDirectoryError(
      `${logDir} belongs to cluster ${stored.clusterId}, but ZooKeeper says this is cluster ` +
        `${expected.clusterId}.`,
      'Check zookeeper.connect; to give the directory up to the new cluster, empty it.',
    );
  }
  if (stored.brokerId !== undefined && stored.brokerId !== expected.brokerId) {
    throw new LogDirectoryError(
      `${logDir} belongs to broker ${stored.brokerId}, but broker.id is ${expected.brokerId}.`,
      `Set broker.id=${stored.brokerId}, or give this broker directories of its own in log.dirs.`,
    );
  }
}

/**
 * The broker id that a broker's directories agree on, for `broker.id=-1` and generated ids;
 * undefined when none has one. Directories that cannot be read are passed over.
 *
 * @throws LogDirectoryError when they disagree
 */
export async function storedBrokerId(
  fileSystem: FileSystem,
  logDirs: readonly string[],
): Promise<number | undefined> {
  const ids = new Map<number, string>();
  for (const logDir of logDirs) {
    const meta = await readMetaProperties(fileSystem, logDir).catch((error: unknown) => {
      if (error instanceof LogDirectoryError) throw error;
      return undefined;
    });
    if (meta?.brokerId !== undefined) ids.set(meta.brokerId, logDir);
  }
  if (ids.size > 1) {
    const claims = [...ids].map(([id, logDir]) => `${logDir} to broker ${id}`).join(', ');
    throw new LogDirectoryError(
      `The directories of log.dirs belong to different brokers: ${claims}.`,
      'Each broker needs directories of its own.',
    );
  }
  return [...ids.keys()][0];
}
