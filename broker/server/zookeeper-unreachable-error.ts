import { KafkaClassicError } from '../../client/runtime/error';

/** A broker cannot start: no ZooKeeper server has taken it in. */
export class ZooKeeperUnreachableError extends KafkaClassicError {
  /**
   * @param connect `zookeeper.connect`
   * @param withinMs `zookeeper.connection.timeout.ms`
   */
  constructor(connect: string, withinMs: number, cause: unknown) {
    super(`No ZooKeeper server of ${connect} answered within ${withinMs} ms.`, {
      code: 'ZOOKEEPER_UNREACHABLE',
      retriable: true,
      advice: 'Start ZooKeeper (zookeeper-server-start.sh does), or correct zookeeper.connect.',
      cause,
    });
  }
}
