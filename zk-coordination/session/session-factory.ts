import { systemClock, type Clock } from '../../client/runtime/clock';
import { silentLogger, type Logger } from '../../client/runtime/logger';
import type { SessionFactory } from '../session-contract';
import { parseConnectString } from './connect-string';
import { LibrarySession } from './library-session';

export interface SessionFactoryOptions {
  /** `host:port,host:port/chroot`; IPv6 addresses in brackets. A missing chroot is created. */
  connectString: string;
  /** Asked for; the ensemble grants between 2 and 20 of its ticks. Kafka's default is 18 000. */
  sessionTimeoutMs: number;
  /** Presented on every connection before anything else, e.g. `digest` and `user:password`. */
  auth?: { scheme: string; credentials: string };
  /** How long an operation may wait for its answer; default the session timeout. */
  operationTimeoutMs?: number;
  /** The ensemble's tick, for the margin of the lease; default ZooKeeper's 2000. */
  tickTimeMs?: number;
  clock?: Clock;
  logger?: Logger;
  /** For the order of the servers and the pauses between rounds; default `Math.random`. */
  random?: () => number;
}

/**
 * Sessions with a real ensemble. Each `open` starts connecting at once.
 *
 * @throws KafkaClassicError `INVALID_CONFIG` when the connect string cannot be read
 */
export function createSessionFactory(options: SessionFactoryOptions): SessionFactory {
  const { sessionTimeoutMs, auth } = options;
  const connect = parseConnectString(options.connectString);
  return {
    open: (resume) =>
      new LibrarySession({
        connect,
        sessionTimeoutMs,
        operationTimeoutMs: options.operationTimeoutMs ?? sessionTimeoutMs,
        tickTimeMs: options.tickTimeMs ?? 2000,
        auth: auth && { scheme: auth.scheme, auth: Buffer.from(auth.credentials) },
        resume,
        clock: options.clock ?? systemClock,
        logger: options.logger ?? silentLogger,
        random: options.random ?? Math.random,
      }),
  };
}
