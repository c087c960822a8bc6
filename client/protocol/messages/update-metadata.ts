import { defineApi } from '../api';
import { array, bool, int16, int32, int64, int8, string, uuid } from '../schema';

export const UpdateMetadata = defineApi({
  key: 6,
  name: 'UpdateMetadata',
  versions: '8',
  flexible: '6+',
  audience: 'broker',
  doc: 'The controller tells a broker what to answer to Metadata requests.',
  request: {
    controllerId: int32('Broker id of the controller.'),
    isKRaftController: bool('Always false: there is no KRaft here.', { default: false }),
    type: int8('0: unknown. 1: what has changed. 2: everything.', { tag: 0, default: 0 }),
    controllerEpoch: int32('Epoch of the controller.'),
    brokerEpoch: int64('Epoch of the broker that is meant.', { default: -1 }),
    brokerId: int32('Broker that is meant, -1 for whichever answers; not in Kafka.', {
      tag: 1,
      default: -1,
    }),
    topicStates: array('Per topic:', {
      topicName: string('Topic name.'),
      topicId: uuid('Topic id.'),
      partitionStates: array('Per partition:', {
        partitionIndex: int32('Partition number.'),
        controllerEpoch: int32('Epoch of the controller that decided.'),
        leader: int32('Broker id of the leader; -1 for none, -2 while the topic is deleted.'),
        leaderEpoch: int32('Leader epoch.'),
        isr: array('Brokers in sync.', int32()),
        zkVersion: int32('Version of the znode that holds this state.'),
        replicas: array('Brokers that shall hold a copy, the preferred leader first.', int32()),
        offlineReplicas: array('Brokers whose copy is not available.', int32()),
      }),
    }),
    liveBrokers: array('Live brokers; empty here, brokers know each other by ZooKeeper.', {
      id: int32('Broker id.'),
      endpoints: array('Where it listens.', {
        port: int32('Port.'),
        host: string('Host.'),
        listener: string('Name of the listener.'),
        securityProtocol: int16('0: PLAINTEXT. 1: SSL. 2: SASL_PLAINTEXT. 3: SASL_SSL.'),
      }),
      rack: string('Rack, null for none.', { nullable: '0+' }),
    }),
  },
  response: {
    errorCode: int16('0, or why nothing was done.'),
  },
});
