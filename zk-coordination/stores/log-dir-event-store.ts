import { childrenOf } from '../client/delete-subtree';
import { pipelined } from '../client/pipelined';
import { retrying } from '../client/retry';
import { observe, type WatchCell } from '../client/watch-cell';
import { find, type ZnodeWriter } from '../client/znode-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { ANY_VERSION } from '../multi';
import { ZkError } from '../zk-error';
import { writeChangeNotification } from './change-notifications';
import { paths } from './paths';
import { skipMalformed } from './skip-malformed';
import { encodeJson, ZnodeJson } from './znode-json';

const PREFIX = 'log_dir_event_';
/** The only kind of event there is (Kafka's `LogDirEventNotificationZNode`). */
const LOG_DIR_FAILURE = 1;

/** A broker says that it has lost a log directory. */
export interface LogDirEvent {
  /** Of the znode, for {@link LogDirEventStore.delete}. */
  readonly name: string;
  /** undefined when the znode is malformed. */
  readonly brokerId: number | undefined;
}

/**
 * `/log_dir_event_notification`: brokers tell the controller that a log directory has failed. The
 * controller then asks the broker about its replicas, so an event that comes twice does no harm.
 */
export class LogDirEventStore {
  constructor(private readonly zk: ZooKeeperClient) {}

  /**
   * Tells the controller. After a lost reply the event may be there twice; looking for the first
   * one would not help, because the controller may have dealt with it and deleted it already.
   */
  async announce(brokerId: number): Promise<void> {
    const data = encodeJson({ version: 1, broker: brokerId, event: LOG_DIR_FAILURE });
    await writeChangeNotification(this.zk, paths.logDirEvents, PREFIX, data);
  }

  /** Calls back now, and whenever events have come or gone; {@link list} says which there are. */
  observe(listener: () => void): WatchCell<'children'> {
    return observe(this.zk, paths.logDirEvents, 'children', () => listener());
  }

  /** What there is, in order. */
  async list(): Promise<LogDirEvent[]> {
    const names = ((await childrenOf(this.zk, paths.logDirEvents)) ?? [])
      .filter((name) => name.startsWith(PREFIX))
      .sort();
    const events = await pipelined(names, (name) => this.read(name));
    return events.filter((event) => event !== undefined);
  }

  /**
   * Deletes events that have been dealt with. Harmless when they are gone.
   *
   * @throws ControllerFencedError when the writer is the controller's
   */
  async delete(events: readonly Pick<LogDirEvent, 'name'>[], writer: ZnodeWriter): Promise<void> {
    await pipelined(events, async ({ name }) => {
      try {
        await writer.delete(pathOf(name), ANY_VERSION);
      } catch (error) {
        if (!ZkError.hasCode(error, 'NO_NODE')) throw error;
      }
    });
  }

  private async read(name: string): Promise<LogDirEvent | undefined> {
    const path = pathOf(name);
    const node = await retrying(this.zk, () => find(this.zk, path));
    if (node === null) return undefined;
    const decode = async () => ZnodeJson.parse(path, node.data).int('broker');
    return { name, brokerId: (await skipMalformed(this.zk.logger, decode())) ?? undefined };
  }
}

function pathOf(name: string): string {
  return `${paths.logDirEvents}/${name}`;
}
