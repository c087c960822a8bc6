import { ErrorCode } from '../../client/protocol/error-codes';
import type { DescribeCluster } from '../../client/protocol/messages/describe-cluster';
import type { MetadataCache } from '../metadata/metadata-cache';
import type { ApiHandler } from './handler';
import { endpointsFor } from './endpoints';

const BROKERS = 1;

/** Tells who the cluster is. */
export function describeClusterHandler(dependencies: {
  readonly metadata: Pick<MetadataCache, 'brokers' | 'controllerId'>;
  readonly clusterId: string;
}): ApiHandler<typeof DescribeCluster> {
  const { metadata, clusterId } = dependencies;
  return (request, context) => {
    if (request.endpointType !== BROKERS) {
      return {
        errorCode: ErrorCode.UNSUPPORTED_ENDPOINT_TYPE,
        errorMessage: 'With ZooKeeper there are only broker endpoints (endpointType 1).',
        clusterId,
        brokers: [],
      };
    }
    return {
      clusterId,
      controllerId: metadata.controllerId,
      brokers: endpointsFor(metadata.brokers, context.listenerName).map(
        ({ id, host, port, rack }) => ({ brokerId: id, host, port, rack }),
      ),
    };
  };
}
