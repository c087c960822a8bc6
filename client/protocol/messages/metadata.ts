import { defineApi } from '../api';
import { array, bool, int16, int32, string, uuid } from '../schema';

/** Stands for "not asked" in the authorized-operations bit fields. */
export const OPERATIONS_NOT_ASKED = -2147483648;

export const Metadata = defineApi({
  key: 3,
  name: 'Metadata',
  versions: '0-12',
  flexible: '9+',
  doc: 'Asks for brokers, topics, partitions and their leaders. Any broker answers.',
  request: {
    topics: array(
      'Topics asked for. null asks for all, an empty list for none (in version 0: for all).',
      {
        topicId: uuid('Topic by id, with a null name.', { versions: '10+', ignorable: true }),
        name: string('Topic by name.', { nullable: '10+' }),
      },
      { nullable: '1+' },
    ),
    allowAutoTopicCreation: bool('Create missing topics when the broker is set to.', {
      versions: '4+',
      default: true,
    }),
    includeClusterAuthorizedOperations: bool(
      'Whether to tell what the client may do to the cluster.',
      {
        versions: '8-10',
      },
    ),
    includeTopicAuthorizedOperations: bool(
      'Whether to tell what the client may do to each topic.',
      {
        versions: '8+',
      },
    ),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      versions: '3+',
      ignorable: true,
    }),
    brokers: array('The live brokers.', {
      nodeId: int32('Broker id.'),
      host: string('Advertised host.'),
      port: int32('Advertised port.'),
      rack: string('Rack, null when not set.', {
        versions: '1+',
        nullable: '1+',
        default: null,
        ignorable: true,
      }),
    }),
    clusterId: string('Id of the cluster.', {
      versions: '2+',
      nullable: '2+',
      default: null,
      ignorable: true,
    }),
    controllerId: int32('Broker id of the controller, -1 when there is none.', {
      versions: '1+',
      default: -1,
      ignorable: true,
    }),
    topics: array('The topics asked for.', {
      errorCode: int16('0, or what is wrong with the topic.'),
      name: string('Topic name.', { nullable: '12+' }),
      topicId: uuid('Topic id.', { versions: '10+', ignorable: true }),
      isInternal: bool("Whether the topic is the cluster's own.", {
        versions: '1+',
        default: false,
        ignorable: true,
      }),
      partitions: array('Its partitions.', {
        errorCode: int16('0, or what is wrong with the partition.'),
        partitionIndex: int32('Partition number.'),
        leaderId: int32('Broker that leads it, -1 when there is none.'),
        leaderEpoch: int32('Epoch of that leader.', {
          versions: '7+',
          default: -1,
          ignorable: true,
        }),
        replicaNodes: array('Brokers that hold a copy, the preferred leader first.', int32()),
        isrNodes: array('Brokers whose copy is in sync.', int32()),
        offlineReplicas: array('Brokers whose copy is offline.', int32(), {
          versions: '5+',
          ignorable: true,
        }),
      }),
      topicAuthorizedOperations: int32('Bit field of operations the client may do.', {
        versions: '8+',
        default: OPERATIONS_NOT_ASKED,
      }),
    }),
    clusterAuthorizedOperations: int32('Bit field of operations the client may do.', {
      versions: '8-10',
      default: OPERATIONS_NOT_ASKED,
    }),
  },
});
