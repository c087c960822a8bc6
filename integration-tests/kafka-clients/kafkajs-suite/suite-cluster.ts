import { freePorts } from '../../../tools/dev/free-ports';
import { MultiBrokerCluster, type Configs } from '../../harness/multi-broker-cluster';

const BROKERS = 3;

/** What the suite's own Docker compose file asks of Kafka 2.4, as far as it has not to do with security. */
const SUITE_CONFIGS = {
  'auto.create.topics.enable': 'true',
  'default.replication.factor': '2',
  'num.partitions': '2',
  'delete.topic.enable': 'true',
  'group.initial.rebalance.delay.ms': '0',
  // Kafka's default, which the compose file relies on.
  'min.insync.replicas': '1',
} as const;

/**
 * Three brokers as the suite wants them: ids from 0 on, reached as localhost.
 *
 * @param more configs, which go before the suite's
 */
export async function startSuiteCluster(more: Configs = {}): Promise<{
  readonly cluster: MultiBrokerCluster;
  readonly ports: readonly number[];
}> {
  const ports = await freePorts(BROKERS);
  const cluster = await MultiBrokerCluster.start({
    ports,
    configs: (id) => ({
      ...SUITE_CONFIGS,
      'broker.id': String(id - 1),
      'advertised.listeners': `PLAINTEXT://localhost:${ports[id - 1]}`,
      ...more,
    }),
  });
  return { cluster, ports };
}
