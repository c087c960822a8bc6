import { afterEach, beforeEach } from '@jest/globals';
import { EventLog } from './event-log';
import type { OpenOptions, SessionHarness } from './session-harness';
import type { ZkSession } from '../session-contract';
import { SettledSession } from './settled-session';

/** What every test of the contract starts from: its own root znode and sessions that are closed after it. */
export class ContractTest {
  private currentRoot = '';
  private readonly opened: SettledSession[] = [];

  constructor(readonly harness: SessionHarness) {
    beforeEach(async () => {
      this.currentRoot = harness.freshRoot();
      const zk = await this.open();
      await zk.create(this.currentRoot);
    });
    afterEach(async () => {
      await Promise.all(this.opened.splice(0).map((zk) => zk.session.close()));
      await harness.afterEach?.();
    });
  }

  /** The absolute path of a name in this test's root; the root itself without a name. */
  path(name = ''): string {
    return this.currentRoot + name;
  }

  /** Not yet connected. */
  begin(options?: OpenOptions): SettledSession {
    const zk = new SettledSession(this.harness.open(options), this.harness.faulty);
    this.opened.push(zk);
    return zk;
  }

  async open(options?: OpenOptions): Promise<SettledSession> {
    const zk = this.begin(options);
    await zk.session.connected();
    return zk;
  }

  /**
   * Closes a session so that the ensemble has ended it. On a faulty one a close may be lost with its
   * connection, and a session does not time out where each new leader begins to count anew: it is
   * taken up and closed again until the ensemble does not know it any more.
   */
  async close({ session }: SettledSession): Promise<void> {
    const resume = session.credentials();
    await session.close();
    while (this.harness.faulty) {
      const again = this.begin({ resume }).session;
      if (await hasExpired(again)) return;
      await again.close();
    }
  }

  log(): EventLog {
    return new EventLog(this.currentRoot);
  }

  /** Lets time pass where it does not by itself. */
  async passTime(ms: number): Promise<void> {
    await this.harness.passTime?.(ms);
  }
}

async function hasExpired(session: ZkSession): Promise<boolean> {
  await session.connected().catch(() => undefined);
  return session.state === 'expired';
}

export const bytes = (text: string): Buffer => Buffer.from(text);
