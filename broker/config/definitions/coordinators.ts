import { bool, choice, int, INT_MAX, long, LONG_MAX, short } from '../config-definition';

const NO_TRANSACTIONS = 'There are no transactions in this version.';
const NO_QUOTAS = 'Quotas are not enforced in this version.';

/** Consumer groups, offsets, transactions, quotas. */
export const coordinatorsConfigs = {
  'group.min.session.timeout.ms': int('6000', 'Shortest session timeout of group members.', {
    min: 1,
  }),
  'group.max.session.timeout.ms': int('1800000', 'Longest session timeout of group members.', {
    min: 1,
  }),
  'group.initial.rebalance.delay.ms': int(
    '3000',
    'Milliseconds a new group waits for more members before its first rebalance.',
    { min: 0 },
  ),
  'group.max.size': int(INT_MAX, 'Members a group may have.', { min: 1 }),
  'offsets.storage': choice(
    ['zookeeper', 'kafka'],
    'zookeeper',
    'Where committed offsets of groups are kept: in ZooKeeper, or in the compacted topic __consumer_offsets. The same for all brokers; see kafka-offsets-storage for how to change it.',
    { importance: 'high', ours: true },
  ),
  'offset.metadata.max.bytes': int('4096', 'Largest metadata of a committed offset.', {
    min: 0,
    importance: 'high',
  }),
  'offsets.load.buffer.size': int(
    '5242880',
    'Bytes read at once when offsets are loaded from __consumer_offsets.',
    {
      min: 1,
      importance: 'high',
    },
  ),
  'offsets.topic.replication.factor': short(
    '3',
    'Replicas of __consumer_offsets when it is created.',
    {
      min: 1,
      importance: 'high',
    },
  ),
  'offsets.topic.num.partitions': int(
    '50',
    'Partitions of __consumer_offsets when it is created.',
    {
      min: 1,
      importance: 'high',
    },
  ),
  'offsets.topic.segment.bytes': int(
    '104857600',
    'Segment size of __consumer_offsets when it is created.',
    {
      min: 1,
      importance: 'high',
    },
  ),
  'offsets.topic.compression.codec': int(
    '0',
    'Compression of commits in __consumer_offsets by number: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.',
    {
      min: 0,
      max: 4,
      importance: 'high',
    },
  ),
  'offsets.retention.minutes': int('10080', 'Minutes the offsets of an empty group are kept.', {
    min: 1,
    importance: 'high',
  }),
  'offsets.retention.check.interval.ms': long(
    '600000',
    'Milliseconds between two searches for offsets that have expired.',
    { min: 1, importance: 'high' },
  ),
  'offsets.commit.timeout.ms': int(
    '5000',
    'Milliseconds a commit of offsets may take, wherever they are kept. Then it is refused with COORDINATOR_NOT_AVAILABLE; it may be stored later all the same.',
    {
      min: 1,
      importance: 'high',
    },
  ),
  'offsets.commit.required.acks': short('-1', 'Acks a commit to __consumer_offsets waits for.', {
    min: -1,
    max: 1,
    importance: 'high',
  }),
  'transaction.state.log.num.partitions': int('50', 'Partitions of __transaction_state.', {
    min: 1,
    importance: 'high',
    noEffect: NO_TRANSACTIONS,
  }),
  'transaction.state.log.replication.factor': short('3', 'Replicas of __transaction_state.', {
    min: 1,
    importance: 'high',
    noEffect: NO_TRANSACTIONS,
  }),
  'transaction.state.log.min.isr': int('2', 'min.insync.replicas of __transaction_state.', {
    min: 1,
    importance: 'high',
    noEffect: NO_TRANSACTIONS,
  }),
  'transaction.state.log.segment.bytes': int('104857600', 'Segment size of __transaction_state.', {
    min: 1,
    importance: 'high',
    noEffect: NO_TRANSACTIONS,
  }),
  'transaction.state.log.load.buffer.size': int(
    '5242880',
    'Bytes read at once when transactions are loaded.',
    { min: 1, importance: 'high', noEffect: NO_TRANSACTIONS },
  ),
  'transaction.max.timeout.ms': int('900000', 'Longest transaction a producer may ask for.', {
    min: 1,
    importance: 'high',
    noEffect: NO_TRANSACTIONS,
  }),
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': int(
    '10000',
    'Milliseconds between two searches for transactions to abort.',
    { min: 1, importance: 'low', noEffect: NO_TRANSACTIONS },
  ),
  'transaction.remove.expired.transaction.cleanup.interval.ms': int(
    '3600000',
    'Milliseconds between two searches for transactional ids that have expired.',
    { min: 1, importance: 'low', noEffect: NO_TRANSACTIONS },
  ),
  'transactional.id.expiration.ms': int(
    '604800000',
    'Milliseconds an unused transactional id is remembered.',
    { min: 1, importance: 'high', noEffect: NO_TRANSACTIONS },
  ),
  'transaction.partition.verification.enable': bool(
    'true',
    'Whether a partition is checked to be part of a transaction before it is written to.',
    { importance: 'low', dynamic: 'cluster-wide', noEffect: NO_TRANSACTIONS },
  ),
  'producer.id.expiration.ms': int(
    '86400000',
    'Milliseconds the state of an idle idempotent producer is remembered.',
    {
      min: 1,
      importance: 'low',
      dynamic: 'cluster-wide',
    },
  ),
  'quota.window.num': int('11', 'Samples kept for quotas of clients.', {
    min: 1,
    importance: 'low',
    noEffect: NO_QUOTAS,
  }),
  'quota.window.size.seconds': int('1', 'Seconds of one sample for quotas of clients.', {
    min: 1,
    importance: 'low',
    noEffect: NO_QUOTAS,
  }),
  'controller.quota.window.num': int('11', 'Samples kept for quotas of topic changes.', {
    min: 1,
    importance: 'low',
    noEffect: NO_QUOTAS,
  }),
  'controller.quota.window.size.seconds': int('1', 'Seconds of one sample of topic changes.', {
    min: 1,
    importance: 'low',
    noEffect: NO_QUOTAS,
  }),
  'leader.replication.throttled.rate': long(
    LONG_MAX,
    'Bytes per second that this broker sends to followers of the replicas in leader.replication.throttled.replicas. Followers in sync are not held up.',
    { min: 0, dynamic: 'per-broker' },
  ),
  'follower.replication.throttled.rate': long(
    LONG_MAX,
    'Bytes per second that this broker fetches from leaders for the replicas in follower.replication.throttled.replicas. Replicas in sync are not held up.',
    { min: 0, dynamic: 'per-broker' },
  ),
  'replication.quota.window.num': int(
    '11',
    'Windows for which a throttle of replication that is not used up saves.',
    { min: 1, importance: 'low' },
  ),
  'replication.quota.window.size.seconds': int(
    '1',
    'Seconds of one window of the throttle of replication, which begins with what may be copied in one.',
    { min: 1, importance: 'low' },
  ),
};
