import { afterEach, beforeEach } from '@jest/globals';
import { EventLog } from './event-log';
import type { OpenOptions, SessionHarness } from './session-harness';
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

  log(): EventLog {
    return new EventLog(this.currentRoot);
  }

  /** Lets time pass where it does not by itself. */
  async passTime(ms: number): Promise<void> {
    await this.harness.passTime?.(ms);
  }
}

export const bytes = (text: string): Buffer => Buffer.from(text);
