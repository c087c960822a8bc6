import { createSessionFactory } from '../../../zk-coordination/session/session-factory';
import type { NodeData, ZkSession } from '../../../zk-coordination/session-contract';
import { ZkError } from '../../../zk-coordination/zk-error';
import { serversOf } from '../../zookeeper/connect-string';
import { serverProblem } from '../../zookeeper/four-letter-word';
import { ZookeeperNotFoundError } from '../../zookeeper/zookeeper-error';

const SESSION_TIMEOUT_MS = 30_000;

/** Reads below a chroot without ever writing: a session with a chroot would create it. */
export class ZnodeReader {
  private constructor(
    private readonly session: ZkSession,
    private readonly chroot: string,
  ) {}

  /**
   * @throws ZookeeperNotFoundError when no server of the connect string serves
   * @throws UsageError when the connect string is malformed
   */
  static async open(connectString: string): Promise<ZnodeReader> {
    // A session would wait for its ensemble for ever; a person wants to know at once.
    const problems = await Promise.all(serversOf(connectString).map(serverProblem));
    if (!problems.includes(null)) {
      throw new ZookeeperNotFoundError(
        `No ZooKeeper: ${problems.join(', ')}.`,
        'Check the address; without its ensemble the cluster cannot elect or register anybody.',
      );
    }
    const slash = connectString.indexOf('/');
    const servers = slash < 0 ? connectString : connectString.slice(0, slash);
    const chroot = slash < 0 ? '' : connectString.slice(slash).replace(/\/$/, '');
    const options = { connectString: servers, sessionTimeoutMs: SESSION_TIMEOUT_MS };
    const session = createSessionFactory(options).open();
    try {
      await session.connected();
      return new ZnodeReader(session, chroot);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** What was written before is seen by all reads after it, whichever server we have got. */
  sync(): Promise<void> {
    return this.session.sync('/');
  }

  /** null when there is no such znode. */
  get(path: string): Promise<NodeData | null> {
    return unlessMissing(this.session.get(this.chroot + path));
  }

  /** Names, sorted; none when there is no such znode. */
  async children(path: string): Promise<string[]> {
    const found = await unlessMissing(this.session.children(this.chroot + path));
    return (found?.children ?? []).sort();
  }

  close(): Promise<void> {
    return this.session.close();
  }
}

async function unlessMissing<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (ZkError.hasCode(error, 'NO_NODE')) return null;
    throw error;
  }
}
