import type { ZooKeeperClient } from '../../zk-coordination';
import type { LogManager } from '../log';
import type { Metrics } from '../metrics/metrics';
import type { SocketServer } from '../network/socket-server';
import type { Partition } from '../replication/partition';
import type { Controller } from '../controller/controller';
import { provideCleanerMetrics } from './cleaner-metrics';
import type { Replication } from './replication';

export interface MeteredRooms {
  readonly zk: ZooKeeperClient;
  readonly logManager: LogManager;
  readonly replication: Replication;
  readonly socketServer: SocketServer;
  readonly controller: Controller;
}

/** Lets the metrics ask the rooms of the broker. */
export function provideMetrics(metrics: Metrics, rooms: MeteredRooms): void {
  const { zk, logManager, socketServer, controller } = rooms;
  const { replicas, followers } = rooms.replication;
  const figures = () => controller.figures;
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
  metrics.provide(
    'kafka_server_at_min_isr_partitions',
    partitions((partition) => partition.isLeader && partition.isAtMinIsr),
  );
  metrics.provide(
    'kafka_server_under_min_isr_partitions',
    partitions((partition) => partition.isLeader && partition.isUnderMinIsr),
  );
  metrics.provide('kafka_server_replica_max_lag', () => followers.maxLag);
  metrics.provide('kafka_server_replica_failed_partitions', () => followers.failedPartitions);
  metrics.provide('kafka_server_purgatory_size', () => [
    [{ operation: 'Fetch' }, replicas.purgatory.size],
    [{ operation: 'Produce' }, replicas.produces.size],
    [{ operation: 'DeleteRecords' }, replicas.deletions.size],
  ]);
  metrics.provide('kafka_controller_active', () => (controller.isActive ? 1 : 0));
  metrics.provide('kafka_controller_offline_partitions', () => figures().offlinePartitionsCount);
  metrics.provide(
    'kafka_controller_preferred_replica_imbalance',
    () => figures().preferredReplicaImbalanceCount,
  );
  metrics.provide('kafka_controller_topics', () => figures().globalTopicCount);
  metrics.provide('kafka_controller_partitions', () => figures().globalPartitionCount);
  metrics.provide('kafka_controller_event_queue_size', () => figures().eventQueueSize);
  metrics.provide('kafka_controller_event_queue_seconds', () => figures().eventQueueTimeMs / 1000);
  metrics.provideNetworkLoad(() => socketServer.load());
  metrics.provide('kafka_log_offline_directories', () => logManager.offlineDirs.length);
  if (logManager.cleanerFigures) provideCleanerMetrics(metrics, logManager.cleanerFigures);
  metrics.provide('kafka_zookeeper_session_state', () => [[{ state: zk.state }, 1]]);
  metrics.provide('kafka_zookeeper_lease_seconds', () => zk.lease.remainingMs() / 1000);
  zk.onState(({ state, previous }) => {
    if (state === 'connected' && previous === 'suspended') {
      metrics.count('kafka_zookeeper_reconnects_total');
    }
    if (state === 'expired') metrics.count('kafka_zookeeper_sessions_expired_total');
  });
}
