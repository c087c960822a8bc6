import { apis } from '../protocol/apis';
import { ProtocolError } from '../protocol/protocol-error';
import { UnsupportedApiError, type BrokerNode, type Cluster } from '../network';
import type { AdminCallOptions } from './call-options';

export interface ClusterDescription {
  readonly clusterId: string | null;
  /** The controller, undefined when there is none at the moment. */
  readonly controller: BrokerNode | undefined;
  /** The live brokers, by id. */
  readonly brokers: readonly BrokerNode[];
}

/** KIP-700; brokers that do not answer DescribeCluster are asked for metadata instead. */
export async function describeCluster(
  cluster: Cluster,
  { timeoutMs }: AdminCallOptions = {},
): Promise<ClusterDescription> {
  const [clusterId, controllerId, brokers] = await cluster.retrying(
    'Describing the cluster',
    () => ask(cluster),
    { timeoutMs },
  );
  const nodes = [...brokers].sort((a, b) => a.nodeId - b.nodeId);
  return {
    clusterId,
    controller: nodes.find(({ nodeId }) => nodeId === controllerId),
    brokers: nodes,
  };
}

type Answer = readonly [string | null, number, Iterable<BrokerNode>];

async function ask(cluster: Cluster): Promise<Answer> {
  try {
    const reply = await cluster.sendToAny(apis.DescribeCluster, {});
    const error = ProtocolError.fromCode(reply.errorCode, reply.errorMessage);
    if (error) throw error;
    const nodes = reply.brokers.map(({ brokerId: nodeId, host, port, rack }) => ({
      nodeId,
      host,
      port,
      rack,
    }));
    return [reply.clusterId, reply.controllerId, nodes];
  } catch (error) {
    if (!(error instanceof UnsupportedApiError)) throw error;
    const { clusterId, controllerId, brokers } = await cluster.refreshMetadata();
    return [clusterId, controllerId, brokers.values()];
  }
}
