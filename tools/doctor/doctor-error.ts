import { KafkaClassicError } from '../../client/runtime/error';

/** There is nothing of Kafka's where `--zookeeper` leads to. */
export class NoClusterError extends KafkaClassicError {
  constructor(connectString: string) {
    super(`No broker has ever used the ZooKeeper at ${connectString}.`, {
      code: 'NO_CLUSTER',
      retriable: false,
      advice: 'Check the address and the chroot: they are in zookeeper.connect of the brokers.',
    });
  }
}
