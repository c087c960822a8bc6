import { defineApi } from '../api';
import { array, bool, int16, int32, int8, string } from '../schema';
import { OPERATIONS_NOT_ASKED } from './metadata';

export const DescribeCluster = defineApi({
  key: 60,
  name: 'DescribeCluster',
  versions: '0-1',
  flexible: '0+',
  doc: 'Tells the id of the cluster, its controller and its brokers.',
  request: {
    includeClusterAuthorizedOperations: bool('Whether to tell what the client may do.', {
      default: false,
    }),
    endpointType: int8('1 for brokers; the only kind there is.', { versions: '1+', default: 1 }),
  },
  response: {
    throttleTimeMs: int32('Milliseconds the client should pause because of a quota.', {
      default: 0,
    }),
    errorCode: int16('0, or why there is no answer.', { default: 0 }),
    errorMessage: string('What is wrong, for people.', { nullable: '0+', default: null }),
    endpointType: int8('1 for brokers.', { versions: '1+', default: 1 }),
    clusterId: string('Id of the cluster.'),
    controllerId: int32('Broker id of the controller, -1 when there is none.', { default: -1 }),
    brokers: array('The live brokers.', {
      brokerId: int32('Broker id.'),
      host: string('Advertised host.'),
      port: int32('Advertised port.'),
      rack: string('Rack, null when not set.', { nullable: '0+', default: null }),
    }),
    clusterAuthorizedOperations: int32('Bit field of operations the client may do.', {
      default: OPERATIONS_NOT_ASKED,
    }),
  },
});
