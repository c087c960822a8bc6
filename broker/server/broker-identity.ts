import { KafkaClassicError } from '../../client/runtime/error';
import { BrokerIdStore, type BrokerStore, type ZooKeeperClient } from '../../zk-coordination';
import type { BrokerConfig } from '../config/broker-config';
import { nodeFileSystem, storedBrokerId } from '../log';

/**
 * The id of this broker: the configured one, else the one its log directories hold, else a new one
 * from ZooKeeper.
 */
export async function resolveBrokerId(config: BrokerConfig, zk: ZooKeeperClient): Promise<number> {
  const configured = config.get('broker.id');
  if (configured >= 0) return configured;
  const stored = await storedBrokerId(nodeFileSystem, config.logDirs);
  return stored ?? new BrokerIdStore(zk).generate(config.get('reserved.broker.max.id'));
}

/** This version has no replication between brokers, so a second one would only do harm. */
export class SecondBrokerError extends KafkaClassicError {
  constructor(own: number, other: number) {
    super(
      `Broker ${other} is registered in this ZooKeeper already; broker ${own} would be a second one, ` +
        'and this version runs one broker per cluster.',
      {
        code: 'SECOND_BROKER',
        retriable: false,
        advice: 'Stop the other broker, or use another chroot in zookeeper.connect.',
      },
    );
  }
}

/** @throws SecondBrokerError when another broker is registered */
export async function assertOnlyBroker(own: number, brokers: BrokerStore): Promise<void> {
  const other = (await brokers.list()).find(({ registration }) => registration.id !== own);
  if (other) throw new SecondBrokerError(own, other.registration.id);
}
