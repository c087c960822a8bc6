import type { ZooKeeperClient } from '../../zk-coordination';
import type { LogManager } from '../log';
import type { Metrics } from '../metrics/metrics';
import type { SocketServer } from '../network/socket-server';
import type { Partition } from '../replication/partition';
import type { ReplicaManager } from '../replication/replica-manager';

export interface MeteredRooms {
  readonly zk: ZooKeeperClient;
  readonly logManager: LogManager;
  readonly replicas: ReplicaManager;
  readonly socketServer: SocketServer;
  readonly isController: () => boolean;
}

/** Lets the metrics ask the rooms of the broker. */
export function provideMetrics(metrics: Metrics, rooms: MeteredRooms): void {
  const { zk, logManager, replicas, socketServer } = rooms;
  const partitions = (which: (partition: Partition) => boolean) => () =>
    replicas.partitions().filter(which).length;
  metrics.provide(
    'kafka_server_partitions',
    partitions(() => true),
  );
  metrics.provide(
    'kafka_server_leaders',
    partitions(({ isLeader }) => isLeader),
  );
  metrics.provide(
    'kafka_server_offline_replicas',
    partitions(({ topicPartition }) => logManager.isOffline(topicPartition)),
  );
  metrics.provide(
    'kafka_server_under_replicated_partitions',
    partitions(({ isLeader, isr, replicas: all }) => isLeader && isr.length < all.length),
  );
  metrics.provide('kafka_server_purgatory_size', () => [
    [{ operation: 'Fetch' }, replicas.purgatory.size],
  ]);
  metrics.provide('kafka_controller_active', () => (rooms.isController() ? 1 : 0));
  metrics.provideNetworkLoad(() => socketServer.load());
  metrics.provide('kafka_log_offline_directories', () => logManager.offlineDirs.length);
  metrics.provide('kafka_zookeeper_session_state', () => [[{ state: zk.state }, 1]]);
  metrics.provide('kafka_zookeeper_lease_seconds', () => zk.lease.remainingMs() / 1000);
  zk.onState(({ state, previous }) => {
    if (state === 'connected' && previous === 'suspended') {
      metrics.count('kafka_zookeeper_reconnects_total');
    }
    if (state === 'expired') metrics.count('kafka_zookeeper_sessions_expired_total');
  });
}
