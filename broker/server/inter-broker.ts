import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import type { BrokerConfig } from '../config/broker-config';
import type { MetadataCache } from '../metadata/metadata-cache';
import { LeaderEndOffsets } from '../peers/leader-end-offsets';
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

/** How far partitions have grown that other brokers lead. Ends with the connections to them. */
export function leaderEndOffsets(
  brokerId: number,
  peers: PeerConnections,
  metadata: MetadataCache,
  clock: Clock,
  logger: Logger,
): LeaderEndOffsets {
  const leaderOf = (topic: string, partition: number) => {
    const leader = metadata.topic(topic)?.partitions[partition]?.leader ?? -1;
    return leader !== brokerId && metadata.broker(leader) ? leader : undefined;
  };
  return new LeaderEndOffsets({ peers, leaderOf, clock, logger });
}
