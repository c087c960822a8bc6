import { KafkaClassicError } from '../../client/runtime/error';

/** There is no ZooKeeper to use and none could be got. */
export class ZookeeperNotFoundError extends KafkaClassicError {
  constructor(message: string, advice: string) {
    super(message, { code: 'ZOOKEEPER_NOT_FOUND', retriable: false, advice });
  }
}

/** A ZooKeeper was there, but did not come up. */
export class ZookeeperStartError extends KafkaClassicError {
  constructor(message: string, advice: string, cause?: unknown) {
    super(message, { code: 'ZOOKEEPER_START', retriable: true, advice, cause });
  }
}
