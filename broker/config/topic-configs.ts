import {
  bool,
  choice,
  choices,
  double,
  int,
  list,
  long,
  LONG_MAX,
  string,
  type ConfigDefinition,
  type ValueOf,
} from './config-definition';

const AS_PRODUCED = 'Record batches are stored as the producer made them.';

const throttledReplicas = (value: readonly string[]) =>
  value.every((element) => element === '*' || /^\d+:\d+$/.test(element))
    ? undefined
    : 'a list of partition:broker pairs, or *';

/**
 * Every config of a topic, with Kafka 3.9's names, types, ranges and defaults. `brokerKey` names the
 * broker config that stands in for topics that do not set it.
 */
export const topicConfigs = {
  'cleanup.policy': choices(
    ['compact', 'delete'],
    'delete',
    'What happens to old segments: delete removes them, compact keeps the last record of each key, compact,delete does both.',
    { brokerKey: 'log.cleanup.policy' },
  ),
  'retention.ms': long(
    '604800000',
    'Age in milliseconds at which a closed segment is deleted; -1 never.',
    { min: -1, brokerKey: 'log.retention.ms' },
  ),
  'retention.bytes': long(
    '-1',
    'Size in bytes of a partition above which its oldest segments are deleted; -1 never.',
    { brokerKey: 'log.retention.bytes' },
  ),
  'segment.bytes': int('1073741824', 'Size in bytes at which a segment is closed.', {
    min: 14,
    brokerKey: 'log.segment.bytes',
  }),
  'segment.ms': long('604800000', 'Age in milliseconds at which a segment is closed.', {
    min: 1,
    brokerKey: 'log.roll.ms',
  }),
  'segment.jitter.ms': long(
    '0',
    'Up to this many milliseconds are taken off segment.ms, so that segments are not all closed at once.',
    { min: 0, brokerKey: 'log.roll.jitter.ms' },
  ),
  'segment.index.bytes': int('10485760', 'Largest index of a segment in bytes.', {
    min: 4,
    brokerKey: 'log.index.size.max.bytes',
  }),
  'index.interval.bytes': int('4096', 'Bytes of the log between two entries of its index.', {
    min: 0,
    brokerKey: 'log.index.interval.bytes',
  }),
  'flush.messages': long(
    LONG_MAX,
    'Records of a partition after which they are flushed to the disk before they are acknowledged.',
    { min: 1, brokerKey: 'log.flush.interval.messages' },
  ),
  'flush.ms': long(
    LONG_MAX,
    'Milliseconds after which records are flushed to the disk in the background.',
    { min: 0, brokerKey: 'log.flush.interval.ms' },
  ),
  'file.delete.delay.ms': long(
    '60000',
    'Milliseconds between renaming a file to .deleted and removing it.',
    { min: 0, brokerKey: 'log.segment.delete.delay.ms' },
  ),
  'max.message.bytes': int(
    '1048588',
    'Largest record batch in bytes, after compression, with its header.',
    { min: 0, brokerKey: 'message.max.bytes' },
  ),
  'min.insync.replicas': int(
    '1',
    'Replicas that must have a record before a producer with acks=all is told that it is written. Set neither here nor at the broker it is one less than the replicas of the topic, at least 1.',
    { min: 1, brokerKey: 'min.insync.replicas' },
  ),
  'unclean.leader.election.enable': bool(
    'false',
    'Whether a replica that is not in sync may become leader when no other is left, losing records.',
    {
      brokerKey: 'unclean.leader.election.enable',
      noEffect: 'In this version the broker that holds a partition is its only replica.',
    },
  ),
  'message.timestamp.type': choice(
    ['CreateTime', 'LogAppendTime'],
    'CreateTime',
    'Whether records keep the time of their producer or get the time of the append.',
    { brokerKey: 'log.message.timestamp.type' },
  ),
  'message.timestamp.before.max.ms': long(
    LONG_MAX,
    "Milliseconds by which a record's time may lie before the broker's, with CreateTime.",
    { min: 0, brokerKey: 'log.message.timestamp.before.max.ms' },
  ),
  'message.timestamp.after.max.ms': long(
    LONG_MAX,
    "Milliseconds by which a record's time may lie after the broker's, with CreateTime.",
    { min: 0, brokerKey: 'log.message.timestamp.after.max.ms' },
  ),
  'message.timestamp.difference.max.ms': long(
    LONG_MAX,
    'Older name for the two limits of the timestamp.',
    {
      min: 0,
      brokerKey: 'log.message.timestamp.difference.max.ms',
      noEffect:
        'Deprecated by Kafka: set message.timestamp.before.max.ms and message.timestamp.after.max.ms.',
    },
  ),
  'compression.type': choice(
    ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
    'producer',
    'Compression of stored records; producer keeps what the producer chose.',
    { brokerKey: 'compression.type', noEffect: AS_PRODUCED },
  ),
  'compression.gzip.level': int('-1', 'Level of gzip, 1 to 9 or -1 for its default.', {
    min: -1,
    max: 9,
    brokerKey: 'compression.gzip.level',
    noEffect: AS_PRODUCED,
    check: (value) => (value === 0 ? '-1 or a whole number from 1 to 9' : undefined),
  }),
  'compression.lz4.level': int('9', 'Level of lz4.', {
    min: 1,
    max: 17,
    brokerKey: 'compression.lz4.level',
    noEffect: AS_PRODUCED,
  }),
  'compression.zstd.level': int('3', 'Level of zstd.', {
    min: -131072,
    max: 22,
    brokerKey: 'compression.zstd.level',
    noEffect: AS_PRODUCED,
  }),
  'delete.retention.ms': long(
    '86400000',
    'Milliseconds a tombstone is kept in a compacted log after compaction has first seen it.',
    {
      min: 0,
      brokerKey: 'log.cleaner.delete.retention.ms',
    },
  ),
  'min.compaction.lag.ms': long('0', 'Milliseconds a record is kept from compaction.', {
    min: 0,
    brokerKey: 'log.cleaner.min.compaction.lag.ms',
  }),
  'max.compaction.lag.ms': long(
    LONG_MAX,
    'Milliseconds after which a record is compacted whatever the dirty ratio.',
    { min: 1, brokerKey: 'log.cleaner.max.compaction.lag.ms' },
  ),
  'min.cleanable.dirty.ratio': double(
    '0.5',
    'Part of a log that must be dirty before it is compacted.',
    { min: 0, max: 1, brokerKey: 'log.cleaner.min.cleanable.ratio' },
  ),
  preallocate: bool('false', 'Whether new segments get their full size at once.', {
    brokerKey: 'log.preallocate',
    noEffect: 'Segments grow as they are written.',
  }),
  'message.format.version': string('3.0-IV1', 'Record format of an upgrade of Apache Kafka.', {
    brokerKey: 'log.message.format.version',
    noEffect: 'All records are in format v2.',
  }),
  'message.downconversion.enable': bool(
    'true',
    'Whether records are converted to formats of before 2017 for old consumers.',
    {
      importance: 'low',
      brokerKey: 'log.message.downconversion.enable',
      noEffect: 'All records are in format v2.',
    },
  ),
  'leader.replication.throttled.replicas': list(
    '',
    'Replicas whose traffic is throttled at the leader, as partition:broker pairs or * for all.',
    { check: throttledReplicas },
  ),
  'follower.replication.throttled.replicas': list(
    '',
    'Replicas whose traffic is throttled at the follower, as partition:broker pairs or * for all.',
    { check: throttledReplicas },
  ),
};

export type TopicConfigKey = keyof typeof topicConfigs;
export type TopicConfigValue<K extends TopicConfigKey> = ValueOf<(typeof topicConfigs)[K]>;

/** The definition of a topic config, or undefined for a name that is none. */
export function topicConfigDefinition(key: string): ConfigDefinition | undefined {
  return Object.hasOwn(topicConfigs, key)
    ? (topicConfigs[key as TopicConfigKey] as ConfigDefinition)
    : undefined;
}
