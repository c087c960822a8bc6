import { defineApi } from '../api';
import { array, int16, int32, int64, int8, records, string, struct, uuid } from '../schema';

export const Fetch = defineApi({
  key: 1,
  name: 'Fetch',
  versions: '4-17',
  spoken: '4-12',
  flexible: '12+',
  doc: 'Reads record batches. Waits until minBytes are there or maxWaitMs are over.',
  request: {
    clusterId: string('Cluster the client believes to talk to.', {
      versions: '12+',
      nullable: '12+',
      tag: 0,
      default: null,
      ignorable: true,
    }),
    replicaId: int32('Broker id of a follower, -1 for a consumer.', {
      versions: '0-14',
      default: -1,
    }),
    replicaState: struct(
      'A follower in one of its lives (KIP-903); Kafka has it from version 15 on.',
      {
        replicaId: int32('Broker id, as above.', { default: -1 }),
        replicaEpoch: int64('Broker epoch, -1 when not known.', { default: -1 }),
      },
      { versions: '12+', tag: 1 },
    ),
    maxWaitMs: int32('Longest wait in milliseconds.'),
    minBytes: int32('Bytes worth answering for.'),
    maxBytes: int32('Bytes to answer with at most; one whole batch is always returned.', {
      versions: '3+',
      default: 0x7fffffff,
      ignorable: true,
    }),
    isolationLevel: int8('0: read uncommitted. 1: read committed.', {
      versions: '4+',
      default: 0,
      ignorable: true,
    }),
    sessionId: int32('Fetch session (KIP-227), 0 for none.', {
      versions: '7+',
      default: 0,
      ignorable: true,
    }),
    sessionEpoch: int32('Epoch within the session, -1 for a fetch without one.', {
      versions: '7+',
      default: -1,
      ignorable: true,
    }),
    topics: array('Topics to read.', {
      topic: string('Topic name.', { versions: '0-12', default: '' }),
      topicId: uuid('Topic id, in place of its name (KIP-516).', { versions: '13+' }),
      partitions: array('Partitions to read.', {
        partition: int32('Partition number.'),
        currentLeaderEpoch: int32('Leader epoch the client knows, -1 for unknown.', {
          versions: '9+',
          default: -1,
          ignorable: true,
        }),
        fetchOffset: int64('First offset wanted.'),
        lastFetchedEpoch: int32('Leader epoch of the last record fetched, -1 for none.', {
          versions: '12+',
          default: -1,
        }),
        logStartOffset: int64("A follower's first offset, -1 from consumers.", {
          versions: '5+',
          default: -1,
          ignorable: true,
        }),
        partitionMaxBytes: int32('Bytes of this partition to answer with at most.'),
        replicaDirectoryId: uuid("A follower's log directory; not used with ZooKeeper.", {
          versions: '17+',
          tag: 0,
          ignorable: true,
        }),
      }),
    }),
    forgottenTopicsData: array(
      'Partitions to drop from the session.',
      {
        topic: string('Topic name.', { versions: '7-12', default: '' }),
        topicId: uuid('Topic id, in place of its name.', { versions: '13+' }),
        partitions: array('Partition numbers.', int32()),
      },
      { versions: '7+' },
    ),
    rackId: string('Rack of the consumer.', { versions: '11+', default: '', ignorable: true }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      versions: '1+',
      ignorable: true,
    }),
    errorCode: int16('0, or why nothing was read at all.', { versions: '7+', ignorable: true }),
    sessionId: int32('Fetch session, 0 for none.', { versions: '7+', default: 0 }),
    responses: array('Per topic:', {
      topic: string('Topic name.', { versions: '0-12', default: '' }),
      topicId: uuid('Topic id, in place of its name.', { versions: '13+' }),
      partitions: array('Per partition:', {
        partitionIndex: int32('Partition number.'),
        errorCode: int16('0, or why nothing was read.'),
        highWatermark: int64('First offset not yet visible to consumers.'),
        lastStableOffset: int64('First offset not yet decided by a transaction, -1 when unknown.', {
          versions: '4+',
          default: -1,
          ignorable: true,
        }),
        logStartOffset: int64('First offset of the log.', {
          versions: '5+',
          default: -1,
          ignorable: true,
        }),
        divergingEpoch: struct(
          'Where the logs of leader and follower part.',
          {
            epoch: int32('Largest common epoch.', { default: -1 }),
            endOffset: int64('Its end offset.', { default: -1 }),
          },
          { versions: '12+', tag: 0 },
        ),
        currentLeader: struct(
          'The leader, when it is another broker.',
          {
            leaderId: int32('Broker id, -1 when unknown.', { default: -1 }),
            leaderEpoch: int32('Its epoch.', { default: -1 }),
          },
          { versions: '12+', tag: 1 },
        ),
        abortedTransactions: array(
          'Aborted transactions in the records returned.',
          {
            producerId: int64('Producer id.'),
            firstOffset: int64('First offset of the transaction.'),
          },
          { versions: '4+', nullable: '4+', default: null, ignorable: true },
        ),
        preferredReadReplica: int32('Broker to read from instead, -1 for this one.', {
          versions: '11+',
          default: -1,
        }),
        records: records('Whole record batches; the first may begin before the offset asked for.', {
          nullable: '0+',
        }),
      }),
    }),
    nodeEndpoints: array(
      'Where the leaders named above are.',
      {
        nodeId: int32('Broker id.'),
        host: string('Advertised host.'),
        port: int32('Advertised port.'),
        rack: string('Rack, null when not set.', { nullable: '16+', default: null }),
      },
      { versions: '16+', tag: 0, ignorable: true },
    ),
  },
});
