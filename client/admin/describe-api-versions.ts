import type { VersionRange } from '../protocol/version-range';
import type { BrokerNode, Cluster } from '../network';
import { askBrokers } from './ask-brokers';
import type { AdminCallOptions } from './call-options';

export interface BrokerApiVersions {
  readonly broker: BrokerNode;
  /** Versions answered, by API key. */
  readonly versions: ReadonlyMap<number, VersionRange>;
}

export interface DescribeApiVersionsOptions extends AdminCallOptions {
  /** Brokers to ask. Default: all live ones. */
  brokerIds?: readonly number[];
}

/** KIP-35: which APIs each broker answers in which versions, as told when connecting to it. */
export function describeApiVersions(
  cluster: Cluster,
  { brokerIds, ...options }: DescribeApiVersionsOptions = {},
): Promise<BrokerApiVersions[]> {
  return askBrokers(
    cluster,
    'Asking for API versions',
    brokerIds,
    async (broker) => {
      const { brokerVersions } = await cluster.connection(broker.nodeId);
      return { broker, versions: brokerVersions };
    },
    options,
  );
}
