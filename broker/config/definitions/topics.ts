import { bool, choice, int, long, string } from '../config-definition';

/** The Java class that chooses a replica in the consumer's rack (KIP-392). */
export const RACK_AWARE_SELECTOR = 'org.apache.kafka.common.replica.RackAwareReplicaSelector';
const SELECTORS = [RACK_AWARE_SELECTOR, 'RackAwareReplicaSelector'];

/** What topics get that do not say otherwise, and how replicas follow each other. */
export const topicsConfigs = {
  'num.partitions': int('1', 'Partitions of topics that are created without saying how many.', {
    min: 1,
  }),
  'default.replication.factor': int(
    null,
    'Replicas of topics that are created without saying how many. Not set it is 3, or the number of live brokers when they are fewer.',
    { min: 1, max: 32767, kafkaDefault: '1' },
  ),
  'min.insync.replicas': int(
    null,
    'Replicas that must have a record before a producer with acks=all is told that it is written. Not set it is one less than the replicas of the topic, at least 1.',
    { min: 1, importance: 'high', dynamic: 'cluster-wide', kafkaDefault: '1' },
  ),
  'auto.create.topics.enable': bool(
    'true',
    'Whether a topic is created when a client asks for metadata of it or produces to it.',
    { importance: 'high' },
  ),
  'delete.topic.enable': bool('true', 'Whether topics may be deleted.', { importance: 'high' }),
  'message.max.bytes': int(
    '1048588',
    'Largest record batch in bytes, after compression, with its header.',
    { min: 0, importance: 'high', dynamic: 'cluster-wide' },
  ),
  'fetch.max.bytes': int('57671680', 'Largest response to a fetch in bytes.', { min: 1024 }),
  'max.request.partition.size.limit': int(
    '2000',
    'Most partitions described in one response to DescribeTopicPartitions.',
    { min: 1, noEffect: 'That request is not served in this version.' },
  ),
  'max.incremental.fetch.session.cache.slots': int(
    '1000',
    'Incremental fetch sessions (KIP-227) kept at the same time.',
    { min: 0 },
  ),
  'compression.type': choice(
    ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
    'producer',
    'Compression of stored records; producer keeps what the producer chose.',
    {
      importance: 'high',
      dynamic: 'cluster-wide',
      noEffect: 'Record batches are stored as the producer made them.',
    },
  ),
  'compression.gzip.level': int('-1', 'Level of gzip, 1 to 9 or -1 for its default.', {
    min: -1,
    max: 9,
    dynamic: 'cluster-wide',
    noEffect: 'Record batches are stored as the producer made them.',
    check: (value) => (value === 0 ? '-1 or a whole number from 1 to 9' : undefined),
  }),
  'compression.lz4.level': int('9', 'Level of lz4.', {
    min: 1,
    max: 17,
    dynamic: 'cluster-wide',
    noEffect: 'Record batches are stored as the producer made them.',
  }),
  'compression.zstd.level': int('3', 'Level of zstd.', {
    min: -131072,
    max: 22,
    dynamic: 'cluster-wide',
    noEffect: 'Record batches are stored as the producer made them.',
  }),
  'unclean.leader.election.enable': bool(
    'false',
    'Whether a replica that is not in sync may become leader when no other is left, losing records.',
    { importance: 'high', dynamic: 'cluster-wide' },
  ),
  'auto.leader.rebalance.enable': bool(
    'true',
    'Whether leadership returns to the preferred replicas by itself.',
    { importance: 'high' },
  ),
  'leader.imbalance.per.broker.percentage': int(
    '10',
    'Share of partitions, in percent, led by others than their preferred broker that is tolerated.',
    { min: 0, importance: 'high' },
  ),
  'leader.imbalance.check.interval.seconds': long(
    '300',
    'Seconds between two checks of the balance of leaders.',
    { min: 1, importance: 'high' },
  ),
  'num.replica.fetchers': int('1', 'Parallel fetchers per leading broker.', {
    min: 1,
    importance: 'high',
    dynamic: 'cluster-wide',
  }),
  'num.replica.alter.log.dirs.threads': int(
    null,
    'Threads of Kafka that move replicas between log directories.',
    { min: 1, importance: 'high', noEffect: 'Replicas are not moved in this version.' },
  ),
  'replica.lag.time.max.ms': long(
    '30000',
    'Milliseconds a follower may be behind before it leaves the ISR.',
    { min: 1, importance: 'high' },
  ),
  'replica.fetch.max.bytes': int('1048576', 'Bytes a follower fetches per partition.', {
    min: 0,
  }),
  'replica.fetch.response.max.bytes': int('10485760', 'Bytes a follower fetches per request.', {
    min: 0,
  }),
  'replica.fetch.wait.max.ms': int('500', 'Milliseconds a fetch of a follower waits for records.', {
    min: 0,
    importance: 'high',
  }),
  'replica.fetch.min.bytes': int('1', 'Bytes a fetch of a follower waits for.', {
    min: 0,
    importance: 'high',
  }),
  'replica.fetch.backoff.ms': int(
    '1000',
    'Milliseconds before a follower repeats a fetch that failed.',
    { min: 0 },
  ),
  'replica.socket.timeout.ms': int(
    '30000',
    'Milliseconds after which a fetch of a follower is given up.',
    { min: 1, importance: 'high' },
  ),
  'replica.socket.receive.buffer.bytes': int('65536', 'SO_RCVBUF of followers.', {
    min: -1,
    importance: 'high',
    noEffect: 'Node.js gives no access to it.',
  }),
  'replica.high.watermark.checkpoint.interval.ms': long(
    '5000',
    'Milliseconds between two writes of the high watermarks to disk.',
    { min: 1, importance: 'high' },
  ),
  'replica.selector.class': string(
    null,
    'How the replica is chosen that consumers with a client.rack read from. Not set they read from the leader.',
    { check: (value) => (SELECTORS.includes(value) ? undefined : SELECTORS.join(' or ')) },
  ),
  'controller.socket.timeout.ms': int(
    '30000',
    'Milliseconds after which a request of the controller to a broker is given up.',
    { min: 1 },
  ),
  'fetch.purgatory.purge.interval.requests': int(
    '1000',
    'Completed fetches after which the purgatory is purged.',
    { noEffect: 'Completed operations leave the purgatory at once.' },
  ),
  'producer.purgatory.purge.interval.requests': int(
    '1000',
    'Completed produce requests after which the purgatory is purged.',
    { noEffect: 'Completed operations leave the purgatory at once.' },
  ),
  'delete.records.purgatory.purge.interval.requests': int(
    '1',
    'Completed DeleteRecords requests after which the purgatory is purged.',
    { noEffect: 'Completed operations leave the purgatory at once.' },
  ),
};
