import { BrokerConfig } from '../config/broker-config';
import { newTopicOf } from './internal-topics';

it('gives the offsets topic its own configs, and others the defaults', () => {
  const config = BrokerConfig.create({
    'zookeeper.connect': 'localhost:2181',
    'offsets.topic.num.partitions': '7',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.segment.bytes': '5000',
  });
  expect(newTopicOf('__consumer_offsets', config)).toMatchObject({
    numPartitions: 7,
    replicationFactor: 1,
    configs: { 'cleanup.policy': 'compact', 'segment.bytes': '5000' },
  });
  expect(newTopicOf('clicks', config)).toMatchObject({ numPartitions: -1, configs: {} });
});
