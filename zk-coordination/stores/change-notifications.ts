import { describeError } from '../../client/runtime/error';
import { retrying } from '../client/retry';
import { observe, type WatchCell } from '../client/watch-cell';
import { find } from '../client/znode-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { ANY_VERSION } from '../multi';
import type { NodeChildren } from '../session-contract';
import { ZkError } from '../zk-error';

/**
 * Announces a change by a sequential znode below `root`. May announce twice after a lost reply,
 * which does no harm: readers apply the present state.
 */
export async function writeChangeNotification(
  zk: ZooKeeperClient,
  root: string,
  prefix: string,
  data: Buffer,
): Promise<void> {
  await retrying(zk, () => zk.create(`${root}/${prefix}`, data, { sequential: true }));
}

export interface ChangeNotificationReaderOptions {
  /** Age from which notifications are deleted, by whoever reads next. Default 15 min. */
  purgeAfterMs?: number;
}

/** @param path of the notification, for messages */
export type NotificationHandler = (data: Buffer | null, path: string) => Promise<void>;

/**
 * Reads the notifications below `root` in order, each once per process, one at a time
 * (Kafka's `ZkNodeChangeNotificationListener`). It begins with those that are there already.
 *
 * The handler reads the real thing and applies its present state, so it may come late, twice, or
 * together with a later change. A handler that fails is logged and not called again for that one.
 */
export class ChangeNotificationReader {
  private readonly cell: WatchCell<'children'>;
  private lastDone = -1;
  private rootCzxid: bigint | undefined;
  private latest: NodeChildren | null = null;
  private working: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly zk: ZooKeeperClient,
    private readonly root: string,
    private readonly prefix: string,
    private readonly handler: NotificationHandler,
    private readonly options: ChangeNotificationReaderOptions = {},
  ) {
    this.cell = observe(zk, root, 'children', ({ next }) => {
      this.latest = next;
      this.working ??= this.work();
    });
  }

  /** Resolves when all that was there at the start has been handled. */
  async ready(): Promise<void> {
    await this.cell.first;
    await this.working;
  }

  /** Begins no further notification; resolves when the one under way is done. */
  async close(): Promise<void> {
    this.closed = true;
    this.cell.close();
    await this.working;
  }

  private async work(): Promise<void> {
    while (this.latest !== null && !this.closed) {
      const list = this.latest;
      this.latest = null;
      try {
        await this.handleAll(list);
      } catch (error) {
        this.complain(this.root, error);
      }
    }
    this.working = undefined;
  }

  private async handleAll({ children, stat }: NodeChildren): Promise<void> {
    // A re-created root counts from zero again.
    if (this.rootCzxid !== stat.czxid) this.lastDone = -1;
    this.rootCzxid = stat.czxid;
    for (const [sequence, path] of this.inOrder(children)) {
      if (this.closed) return;
      if (sequence > this.lastDone) await this.handleOne(path);
      this.lastDone = Math.max(this.lastDone, sequence);
    }
    await this.purge(children);
  }

  private inOrder(children: readonly string[]): [number, string][] {
    return children
      .filter((name) => name.startsWith(this.prefix))
      .map((name): [number, string] => [
        Number(name.slice(this.prefix.length)),
        `${this.root}/${name}`,
      ])
      .filter(([sequence]) => Number.isInteger(sequence))
      .sort(([a], [b]) => a - b);
  }

  private async handleOne(path: string): Promise<void> {
    const node = await retrying(this.zk, () => find(this.zk, path));
    if (node === null) return;
    try {
      await this.handler(node.data, path);
    } catch (error) {
      this.complain(path, error);
    }
  }

  private async purge(children: readonly string[]): Promise<void> {
    const oldest = this.zk.clock.now() - (this.options.purgeAfterMs ?? 15 * 60_000);
    for (const [, path] of this.inOrder(children)) {
      if (this.closed) return;
      try {
        const stat = await this.zk.exists(path);
        // In order of creation: those that follow are younger still.
        if (stat !== null && stat.ctime > oldest) return;
        if (stat !== null) await this.zk.delete(path, ANY_VERSION);
      } catch (error) {
        if (!ZkError.hasCode(error, 'NO_NODE')) throw error;
      }
    }
  }

  private complain(path: string, error: unknown): void {
    this.zk.logger.error(
      { event: 'zk-change-notification-failed', path, error: describeError(error) },
      'A change notification could not be handled.',
    );
  }
}
