import type { BrokerConfig } from '../config/broker-config';
import type { ConnectionLimitsOptions } from './connection-limits';
import type { SocketServerOptions } from './socket-server';

/** What `max.connections` and its kin say. */
export function connectionLimitsOf(config: BrokerConfig): ConnectionLimitsOptions {
  return {
    maxConnections: config.get('max.connections'),
    maxConnectionsPerIp: config.get('max.connections.per.ip'),
    overrides: config.connectionsPerIpOverrides,
  };
}

/** What the configs of a broker mean for its network. */
export function networkOptionsOf(
  config: BrokerConfig,
): Omit<SocketServerOptions, 'handler' | 'logger'> {
  return {
    listeners: config.listeners,
    protectedListener: config.interBrokerListener.name,
    limits: connectionLimitsOf(config),
    backlog: config.get('socket.listen.backlog.size'),
    maxRequestBytes: config.get('socket.request.max.bytes'),
    maxQueuedRequestBytes: config.get('queued.max.request.bytes'),
    maxInFlightRequests: config.get('socket.max.in.flight.requests'),
    maxWriteQueueBytes: config.get('socket.write.queue.max.bytes'),
    maxIdleMs: config.get('connections.max.idle.ms'),
    frameTimeoutMs: config.get('socket.frame.timeout.ms'),
  };
}
