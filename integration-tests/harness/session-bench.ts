import type {
  SessionCredentials,
  SessionState,
  ZkSession,
} from '../../zk-coordination/session-contract';
import {
  createSessionFactory,
  type SessionFactoryOptions,
} from '../../zk-coordination/session/session-factory';
import { EventLog } from './event-log';
import { FaultProxy } from './fault-proxy';

/** The servers in the order in which they are written. */
const inOrder = (): number => 0.999;

export interface OpenSession {
  readonly session: ZkSession;
  readonly log: EventLog;
}

/**
 * Sessions that live through a standstill of the whole machine. Only a test that waits for a session
 * to end, or for silence to be noticed, asks for less.
 */
const PATIENT_MS = 10_000;

/** Opens sessions and proxies, and closes at the end of a test what it opened. */
export class SessionBench {
  private readonly opened: { close(): Promise<void> }[] = [];

  /** Not yet connected. Servers are tried in the order written. */
  open(
    connectString: string,
    options: Partial<SessionFactoryOptions> = {},
    resume?: SessionCredentials,
  ): OpenSession {
    const log = new EventLog();
    const factory = createSessionFactory({
      connectString,
      sessionTimeoutMs: PATIENT_MS,
      tickTimeMs: 200,
      logger: log,
      random: inOrder,
      ...options,
    });
    const session = factory.open(resume);
    this.opened.unshift(session);
    return { session, log };
  }

  async connect(
    connectString: string,
    options: Partial<SessionFactoryOptions> = {},
    resume?: SessionCredentials,
  ): Promise<OpenSession> {
    const open = this.open(connectString, options, resume);
    await open.session.connected();
    return open;
  }

  async proxy(port: number): Promise<FaultProxy> {
    const proxy = await FaultProxy.start(port);
    this.opened.push(proxy);
    return proxy;
  }

  async close(): Promise<void> {
    for (const one of this.opened.splice(0)) await one.close();
  }
}

/** States a session never leaves. */
const FINAL: readonly SessionState[] = ['expired', 'closed', 'authFailed'];

/** Resolves when the session is in that state; rejects when it can no longer get there. */
export function reached(session: ZkSession, state: SessionState): Promise<void> {
  if (session.state === state) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stop = session.onState((now) => {
      if (now !== state && !FINAL.includes(now)) return;
      stop();
      if (now === state) resolve();
      else reject(new Error(`The session is ${now}; it will never be ${state}.`));
    });
  });
}

/** Has the ensemble expire a session: whoever has the credentials may end it. */
export async function expire(bench: SessionBench, connectString: string, session: ZkSession) {
  const { session: other } = await bench.connect(connectString, {}, session.credentials());
  await other.close();
}
