import { defineApi } from '../api';
import { array, int16, int32, int64, string } from '../schema';

export const ControlledShutdown = defineApi({
  key: 7,
  name: 'ControlledShutdown',
  versions: '3',
  flexible: '3+',
  audience: 'broker',
  doc: 'A broker that is about to stop asks the controller to move its leadership elsewhere.',
  request: {
    brokerId: int32('The broker that stops.'),
    brokerEpoch: int64('Its epoch.', { default: -1 }),
  },
  response: {
    errorCode: int16('0, or why nothing was done.'),
    remainingPartitions: array('What the broker still leads.', {
      topicName: string('Topic name.'),
      partitionIndex: int32('Partition number.'),
    }),
  },
});
