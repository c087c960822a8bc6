import { defineApi } from '../api';
import { array, bool, int16, int32, int64, string } from '../schema';

export const StopReplica = defineApi({
  key: 5,
  name: 'StopReplica',
  versions: '4',
  flexible: '2+',
  audience: 'broker',
  doc: 'The controller has a broker let partitions go, and delete them if it says so.',
  request: {
    controllerId: int32('Broker id of the controller.'),
    isKRaftController: bool('Always false: there is no KRaft here.', { default: false }),
    controllerEpoch: int32('Epoch of the controller.'),
    brokerEpoch: int64('Epoch of the broker that is meant.', { default: -1 }),
    brokerId: int32('Broker that is meant, -1 for whichever answers; not in Kafka.', {
      tag: 0,
      default: -1,
    }),
    topicStates: array('Per topic:', {
      topicName: string('Topic name.'),
      partitionStates: array('Per partition:', {
        partitionIndex: int32('Partition number.'),
        leaderEpoch: int32('Leader epoch; -2 while the topic is deleted.', { default: -1 }),
        deletePartition: bool('Whether its log is deleted.'),
      }),
    }),
  },
  response: {
    errorCode: int16('0, or why nothing was done.'),
    partitionErrors: array('Per partition:', {
      topicName: string('Topic name.'),
      partitionIndex: int32('Partition number.'),
      errorCode: int16('0, or why it was not done.'),
    }),
  },
});
