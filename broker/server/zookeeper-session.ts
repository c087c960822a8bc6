import { join } from 'node:path';
import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import {
  createSessionFactory,
  SessionFile,
  ZkError,
  ZooKeeperClient,
  type SessionFactory,
} from '../../zk-coordination';
import type { BrokerConfig } from '../config/broker-config';
import { DirectoryLock } from '../log/directory-lock';
import { LogDirectoryError } from '../log/log-error';
import type { BrokerEdges } from './edges';
import { ZooKeeperUnreachableError } from './zookeeper-unreachable-error';

const SESSION_FILE = 'zookeeper-session.json';
const SESSION_LOCK = '.zookeeper-session.lock';

/** The broker's sessions with ZooKeeper, and the file that lets its successor close the last one. */
export interface BrokerZooKeeper {
  readonly client: ZooKeeperClient;
  /** Ends the session. */
  close(): Promise<void>;
}

/**
 * Connects. The session file lies in the first log directory that works; it is locked before it is
 * read, or a second broker started by mistake would close the session of the first.
 *
 * @throws LogDirectoryError when another broker runs on these directories
 * @throws ZooKeeperUnreachableError when no server answers within `zookeeper.connection.timeout.ms`
 * @throws ZkError when ZooKeeper refuses
 */
export async function connectZooKeeper(
  config: BrokerConfig,
  edges: BrokerEdges,
  logger: Logger,
): Promise<BrokerZooKeeper> {
  const { clock, random } = edges;
  const claimed = await claimSessionFile(config.logDirs, edges, logger);
  const client = new ZooKeeperClient({
    factory: edges.sessions ?? sessionsOf(config, edges, logger),
    sessionFile: claimed?.file,
    clock,
    random,
    logger,
  });
  const withinMs = config.get('zookeeper.connection.timeout.ms');
  try {
    await client.connect(withinMs);
  } catch (error) {
    claimed?.lock.release();
    if (!ZkError.hasCode(error, 'NOT_CONNECTED')) throw error;
    throw new ZooKeeperUnreachableError(connectString(config), withinMs, error);
  }
  return {
    client,
    close: async () => {
      await client.close();
      claimed?.lock.release();
    },
  };
}

const connectString = (config: BrokerConfig) => config.get('zookeeper.connect') as string;

function sessionsOf(config: BrokerConfig, edges: BrokerEdges, logger: Logger): SessionFactory {
  return createSessionFactory({
    connectString: connectString(config),
    sessionTimeoutMs: config.get('zookeeper.session.timeout.ms'),
    clock: edges.clock,
    random: edges.random,
    logger,
  });
}

async function claimSessionFile(
  logDirs: readonly string[],
  { fileSystem, identity }: BrokerEdges,
  logger: Logger,
) {
  const files = {
    readFile: async (path: string) => {
      const text = await fileSystem.readFile(path);
      if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
      return text;
    },
    writeFile: (path: string, text: string, { mode }: { mode: number }) =>
      fileSystem.writeFile(path, text, mode),
    rename: (from: string, to: string) => fileSystem.rename(from, to),
  };
  for (const logDir of logDirs) {
    try {
      await fileSystem.mkdir(logDir);
      const lock = DirectoryLock.acquire(fileSystem, logDir, identity(), SESSION_LOCK);
      return { lock, file: new SessionFile(join(logDir, SESSION_FILE), files, logger) };
    } catch (error) {
      if (error instanceof LogDirectoryError) throw error;
      logger.warn(
        { event: 'session-file-unavailable', logDir, error: describeError(error) },
        `The ZooKeeper session cannot be kept in ${logDir}.`,
      );
    }
  }
  return undefined;
}
