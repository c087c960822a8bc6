import { bool, choice, choices, double, int, long, LONG_MAX, string } from '../config-definition';

const hours = (key: string) => ({ key, times: 3_600_000 });
const unlimitedOrPositive = (value: number) =>
  value === -1 || value >= 1 ? undefined : '-1 (without limit) or at least 1';

/** Where and how partition logs are kept. */
export const logsConfigs = {
  'log.dir': string(
    './data/kafka-logs',
    'Directory for the logs when log.dirs is not set. A relative path starts at the current directory.',
    { importance: 'high', kafkaDefault: '/tmp/kafka-logs' },
  ),
  'log.dirs': string(
    null,
    'Directories for the logs, separated by commas, best one per disk. Each partition lives in one of them.',
    { importance: 'high', fallbacks: [{ key: 'log.dir', times: 1 }] },
  ),
  'log.dir.failure.timeout.ms': long(
    '30000',
    'Milliseconds the broker may fail to report an offline log directory before it stops.',
    { min: 1, importance: 'low', noEffect: 'Offline directories are reported through ZooKeeper.' },
  ),
  'log.dir.min.free.bytes': long(
    '536870912',
    'Free bytes of a disk below which the broker refuses records for logs on it, while it goes on serving fetches. 0 switches the check off.',
    { min: 0, ours: true, importance: 'high' },
  ),
  'log.segment.bytes': int('1073741824', 'Size in bytes at which a segment is closed.', {
    min: 14,
    importance: 'high',
    dynamic: 'cluster-wide',
  }),
  'log.roll.ms': long(null, 'Age in milliseconds at which a segment is closed.', {
    min: 1,
    importance: 'high',
    dynamic: 'cluster-wide',
    fallbacks: [hours('log.roll.hours')],
  }),
  'log.roll.hours': int(
    '168',
    'Age in hours at which a segment is closed, unless log.roll.ms is set.',
    {
      min: 1,
      importance: 'high',
    },
  ),
  'log.roll.jitter.ms': long(
    null,
    'Up to this many milliseconds are taken off log.roll.ms, so that segments are not all closed at once.',
    {
      min: 0,
      importance: 'high',
      dynamic: 'cluster-wide',
      fallbacks: [hours('log.roll.jitter.hours')],
    },
  ),
  'log.roll.jitter.hours': int('0', 'As log.roll.jitter.ms in hours, unless that is set.', {
    min: 0,
    importance: 'high',
  }),
  'log.retention.ms': long(
    null,
    'Age in milliseconds at which a closed segment is deleted; -1 never.',
    {
      importance: 'high',
      dynamic: 'cluster-wide',
      check: unlimitedOrPositive,
      fallbacks: [{ key: 'log.retention.minutes', times: 60_000 }, hours('log.retention.hours')],
    },
  ),
  'log.retention.minutes': int(null, 'As log.retention.ms in minutes, unless that is set.', {
    importance: 'high',
    check: unlimitedOrPositive,
  }),
  'log.retention.hours': int(
    '168',
    'As log.retention.ms in hours, unless that or log.retention.minutes is set.',
    { importance: 'high', check: unlimitedOrPositive },
  ),
  'log.retention.bytes': long(
    '-1',
    'Size in bytes of a partition above which its oldest segments are deleted; -1 never.',
    { importance: 'high', dynamic: 'cluster-wide' },
  ),
  'log.retention.check.interval.ms': long(
    '300000',
    'Milliseconds between two searches for segments to delete.',
    { min: 1 },
  ),
  'log.cleanup.policy': choices(
    ['compact', 'delete'],
    'delete',
    'What happens to old segments: delete removes them, compact keeps the last record of each key, compact,delete does both.',
    { dynamic: 'cluster-wide' },
  ),
  'log.index.size.max.bytes': int('10485760', 'Largest index of a segment in bytes.', {
    min: 4,
    dynamic: 'cluster-wide',
  }),
  'log.index.interval.bytes': int('4096', 'Bytes of the log between two entries of its index.', {
    min: 0,
    dynamic: 'cluster-wide',
  }),
  'log.flush.interval.messages': long(
    LONG_MAX,
    'Records of a partition after which they are flushed to the disk before they are acknowledged.',
    { min: 1, importance: 'high', dynamic: 'cluster-wide' },
  ),
  'log.flush.interval.ms': long(
    null,
    'Milliseconds after which records are flushed to the disk in the background.',
    {
      min: 0,
      importance: 'high',
      dynamic: 'cluster-wide',
      fallbacks: [{ key: 'log.flush.scheduler.interval.ms', times: 1 }],
    },
  ),
  'log.flush.scheduler.interval.ms': long(
    LONG_MAX,
    'Milliseconds between two searches for records to flush.',
    { min: 1, importance: 'high' },
  ),
  'log.flush.offset.checkpoint.interval.ms': int(
    '60000',
    'Milliseconds between two writes of the recovery points to disk.',
    { min: 0, importance: 'high' },
  ),
  'log.flush.start.offset.checkpoint.interval.ms': int(
    '60000',
    'Milliseconds between two writes of the log start offsets to disk.',
    { min: 0, importance: 'high' },
  ),
  'log.segment.delete.delay.ms': long(
    '60000',
    'Milliseconds between renaming a file to .deleted and removing it.',
    { min: 0, importance: 'high', dynamic: 'cluster-wide' },
  ),
  'log.preallocate': bool('false', 'Whether new segments get their full size at once.', {
    dynamic: 'cluster-wide',
    noEffect: 'Segments grow as they are written.',
  }),
  'log.initial.task.delay.ms': long(
    '30000',
    'Milliseconds after the start before retention and checkpoints begin.',
    { min: 0, importance: 'low' },
  ),
  'log.message.timestamp.type': choice(
    ['CreateTime', 'LogAppendTime'],
    'CreateTime',
    'Whether records keep the time of their producer or get the time of the append.',
    { dynamic: 'cluster-wide' },
  ),
  'log.message.timestamp.before.max.ms': long(
    LONG_MAX,
    "Milliseconds by which a record's time may lie before the broker's, with CreateTime.",
    { min: 0, dynamic: 'cluster-wide' },
  ),
  'log.message.timestamp.after.max.ms': long(
    LONG_MAX,
    "Milliseconds by which a record's time may lie after the broker's, with CreateTime.",
    { min: 0, dynamic: 'cluster-wide' },
  ),
  'log.message.timestamp.difference.max.ms': long(
    LONG_MAX,
    'Older name for the two limits of the timestamp.',
    {
      min: 0,
      dynamic: 'cluster-wide',
      noEffect:
        'Deprecated by Kafka: set log.message.timestamp.before.max.ms and log.message.timestamp.after.max.ms.',
    },
  ),
  'log.message.format.version': string('3.0-IV1', 'Record format of an upgrade of Apache Kafka.', {
    noEffect: 'All records are in format v2.',
  }),
  'log.message.downconversion.enable': bool(
    'true',
    'Whether records are converted to formats of before 2017 for old consumers.',
    { importance: 'low', dynamic: 'cluster-wide', noEffect: 'All records are in format v2.' },
  ),
  'num.recovery.threads.per.data.dir': int(
    '1',
    'Logs of one directory that are recovered at the same time after a crash.',
    { min: 1, importance: 'high', dynamic: 'cluster-wide' },
  ),
  'log.cleaner.enable': bool('true', 'Whether logs with the policy compact are compacted.'),
  'log.cleaner.threads': int('1', 'Logs compacted at the same time.', {
    min: 0,
    dynamic: 'cluster-wide',
    noEffect: 'One loop compacts all logs of a broker, one after the other.',
  }),
  'log.cleaner.io.max.bytes.per.second': double(
    '1.7976931348623157E308',
    'Bytes per second that compaction reads and writes together.',
    { dynamic: 'cluster-wide' },
  ),
  'log.cleaner.dedupe.buffer.size': long(
    '134217728',
    'Most bytes for the keys during compaction, 24 for each; taken only while they are needed.',
    {
      min: 1,
      dynamic: 'cluster-wide',
    },
  ),
  'log.cleaner.io.buffer.size': int('524288', 'Bytes that compaction reads at a time.', {
    min: 0,
    dynamic: 'cluster-wide',
  }),
  'log.cleaner.io.buffer.load.factor': double('0.9', 'How full the buffer for keys may be.', {
    min: 0,
    max: 1,
    dynamic: 'cluster-wide',
  }),
  'log.cleaner.backoff.ms': long(
    '15000',
    'Milliseconds to sleep when there is nothing to compact.',
    { min: 0, dynamic: 'cluster-wide' },
  ),
  'log.cleaner.min.cleanable.ratio': double(
    '0.5',
    'Part of a log that must be dirty before it is compacted.',
    { min: 0, max: 1, dynamic: 'cluster-wide' },
  ),
  'log.cleaner.delete.retention.ms': long(
    '86400000',
    'Milliseconds a tombstone is kept in a compacted log after compaction has first seen it.',
    { min: 0, dynamic: 'cluster-wide' },
  ),
  'log.cleaner.min.compaction.lag.ms': long('0', 'Milliseconds a record is kept from compaction.', {
    min: 0,
    dynamic: 'cluster-wide',
  }),
  'log.cleaner.max.compaction.lag.ms': long(
    LONG_MAX,
    'Milliseconds after which a record is compacted whatever the dirty ratio.',
    { min: 1, dynamic: 'cluster-wide' },
  ),
};
