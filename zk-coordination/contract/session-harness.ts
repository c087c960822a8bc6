import type { Clock } from '../../client/runtime/clock';
import type { SessionCredentials, ZkSession } from '../session-contract';

export interface OpenOptions {
  /** Take up this session instead of opening a new one. */
  resume?: SessionCredentials;
  /** Digest identity, `user:password`. Asked for only where {@link SessionHarness.identities}. */
  identity?: string;
  /** Prefix of all paths. Asked for only where {@link SessionHarness.chroots}. */
  chroot?: string;
}

/** Cutting single sessions off, for harnesses that can. */
export interface LinkFaults {
  /** Cuts the session off, until told otherwise, so that it notices. */
  lose(session: ZkSession): void | Promise<void>;
  restore(session: ZkSession): void | Promise<void>;
}

/** One implementation of {@link ZkSession} with an ensemble to run it on. */
export interface SessionHarness {
  /**
   * Whether servers are killed and restarted, or links cut, while the suite runs. Then operations
   * are repeated after recoverable failures and writes of unknown outcome are looked up (R6), and
   * tests that cannot tell a failure of ours from the harness's own faults are left out. Sessions
   * must not expire of these faults. Without it a recoverable failure fails the test.
   */
  readonly faulty: boolean;
  /** Whether `open` takes an identity. */
  readonly identities: boolean;
  /** Whether `open` takes a chroot. */
  readonly chroots: boolean;
  /** The clock the sessions use. */
  readonly clock: Clock;
  readonly links?: LinkFaults;
  /**
   * Makes this much time pass for sessions and ensemble, where time is not the real one. Where it
   * is, absent: the suite then just waits for what has to happen.
   */
  passTime?(ms: number): void | Promise<void>;

  /**
   * A session that has just begun to connect. It should ask for a timeout of a few seconds at most:
   * the suite waits for expiries.
   */
  open(options?: OpenOptions): ZkSession;
  /** An absolute path that nothing has used yet, in a place where a znode can be created. */
  freshRoot(): string;

  start?(): Promise<void>;
  /** After the suite has closed the test's sessions. */
  afterEach?(): Promise<void>;
  stop?(): Promise<void>;
}
