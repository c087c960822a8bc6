import { defineApi } from '../api';
import { array, bool, int16, int32, int64, int8, string, uuid } from '../schema';

/** What a LeaderAndIsr or UpdateMetadata request holds: everything, or what has changed. */
export const ControlRequestType = { UNKNOWN: 0, INCREMENTAL: 1, FULL: 2 } as const;

export const LeaderAndIsr = defineApi({
  key: 4,
  name: 'LeaderAndIsr',
  versions: '7',
  flexible: '4+',
  audience: 'broker',
  doc: 'The controller tells a broker what it leads and what it follows.',
  request: {
    controllerId: int32('Broker id of the controller.'),
    isKRaftController: bool('Always false: there is no KRaft here.', { default: false }),
    controllerEpoch: int32('Epoch of the controller.'),
    brokerEpoch: int64('Epoch of the broker that is meant.', { default: -1 }),
    brokerId: int32('Broker that is meant, -1 for whichever answers; not in Kafka.', {
      tag: 0,
      default: -1,
    }),
    type: int8('0: unknown. 1: what has changed. 2: all replicas of the broker.'),
    topicStates: array('Per topic:', {
      topicName: string('Topic name.'),
      topicId: uuid('Topic id.'),
      partitionStates: array('Per partition:', {
        partitionIndex: int32('Partition number.'),
        controllerEpoch: int32('Epoch of the controller that decided.'),
        leader: int32('Broker id of the leader, -1 for none.'),
        leaderEpoch: int32('Leader epoch.'),
        isr: array('Brokers in sync.', int32()),
        partitionEpoch: int32('Version of the znode that holds this state.'),
        replicas: array('Brokers that shall hold a copy, the preferred leader first.', int32()),
        addingReplicas: array('Brokers a reassignment adds.', int32()),
        removingReplicas: array('Brokers a reassignment removes.', int32()),
        isNew: bool('Whether the partition is created by this request.', { default: false }),
        leaderRecoveryState: int8('1 after an unclean election, else 0.', { default: 0 }),
      }),
    }),
    liveLeaders: array('Brokers that lead; empty here, brokers know each other by ZooKeeper.', {
      brokerId: int32('Broker id.'),
      hostName: string('Host.'),
      port: int32('Port.'),
    }),
  },
  response: {
    errorCode: int16('0, or why nothing was done.'),
    topics: array('Per topic:', {
      topicId: uuid('Topic id.'),
      partitionErrors: array('Per partition:', {
        partitionIndex: int32('Partition number.'),
        errorCode: int16('0, or why it was not done.'),
      }),
    }),
  },
});
