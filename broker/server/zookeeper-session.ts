import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../client/runtime/clock';
import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import {
  createSessionFactory,
  SessionFile,
  ZooKeeperClient,
  type SessionFactory,
} from '../../zk-coordination';
import type { BrokerConfig } from '../config/broker-config';
import { nodeFileSystem } from '../log';
import { DirectoryLock } from '../log/directory-lock';
import { LogDirectoryError } from '../log/log-error';

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
 * @throws ZkError when ZooKeeper cannot be reached within `zookeeper.connection.timeout.ms`
 */
export async function connectZooKeeper(
  config: BrokerConfig,
  clock: Clock,
  logger: Logger,
  sessions: SessionFactory = sessionsOf(config, clock, logger),
): Promise<BrokerZooKeeper> {
  const claimed = claimSessionFile(config.logDirs, logger);
  const client = new ZooKeeperClient({
    factory: sessions,
    sessionFile: claimed?.file,
    clock,
    logger,
  });
  try {
    await client.connect(config.get('zookeeper.connection.timeout.ms'));
  } catch (error) {
    claimed?.lock.release();
    throw error;
  }
  return {
    client,
    close: async () => {
      await client.close();
      claimed?.lock.release();
    },
  };
}

function sessionsOf(config: BrokerConfig, clock: Clock, logger: Logger): SessionFactory {
  return createSessionFactory({
    connectString: config.get('zookeeper.connect') as string,
    sessionTimeoutMs: config.get('zookeeper.session.timeout.ms'),
    clock,
    logger,
  });
}

function claimSessionFile(logDirs: readonly string[], logger: Logger) {
  for (const logDir of logDirs) {
    try {
      mkdirSync(logDir, { recursive: true });
      const lock = DirectoryLock.acquire(nodeFileSystem, logDir, undefined, SESSION_LOCK);
      return { lock, file: new SessionFile(join(logDir, SESSION_FILE), undefined, logger) };
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
