import type { Logger } from '../../client/runtime/logger';
import type { BrokerConfig } from '../config/broker-config';
import type { MetadataCache } from '../metadata/metadata-cache';
import { PeerConnections } from '../peers/peer-connections';
import type { BrokerEdges } from './edges';

/** Milliseconds for a connection to another broker to be made. */
const CONNECT_TIMEOUT_MS = 5000;

/** Connections to the other brokers, found by what they have registered in ZooKeeper. */
export function openPeers(
  brokerId: number,
  config: BrokerConfig,
  metadata: MetadataCache,
  edges: BrokerEdges,
  logger: Logger,
): PeerConnections {
  const listener = config.interBrokerListener.name;
  return new PeerConnections({
    brokerId,
    endpointOf: (id) =>
      config.peerEndpointOverrides.get(id) ?? metadata.broker(id)?.endpoints.get(listener),
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    timeoutMs: config.get('controller.socket.timeout.ms'),
    connect: edges.connect,
    clock: edges.clock,
    random: edges.random,
    logger,
  });
}
