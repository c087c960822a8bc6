type MetricType = 'counter' | 'gauge' | 'histogram';

export interface MetricDefinition<T extends MetricType = MetricType> {
  readonly type: T;
  readonly help: string;
  readonly labels: readonly string[];
}

const metric =
  <T extends MetricType>(type: T) =>
  (help: string, ...labels: string[]): MetricDefinition<T> => ({ type, help, labels });
const counter = metric('counter');
const gauge = metric('gauge');
const histogram = metric('histogram');

/**
 * Every metric of a broker. The names follow those of Kafka's MBeans (kafka.server:
 * BrokerTopicMetrics, RequestMetrics, ReplicaManager, LogFlushStats, …) in Prometheus' spelling;
 * times are in seconds, sizes in bytes.
 */
export const metricTable = {
  kafka_server_messages_in_total: counter('Records appended.', 'topic'),
  kafka_server_bytes_in_total: counter('Bytes of record batches appended.', 'topic'),
  kafka_server_bytes_out_total: counter('Bytes of record batches fetched by consumers.', 'topic'),
  kafka_server_partitions: gauge('Partitions this broker hosts.'),
  kafka_server_leaders: gauge('Partitions this broker leads.'),
  kafka_server_offline_replicas: gauge('Partitions of this broker on directories that failed.'),
  kafka_server_under_replicated_partitions: gauge('Partitions led whose ISR is not complete.'),
  kafka_server_at_min_isr_partitions: gauge(
    'Partitions led whose ISR has just as many members as min.insync.replicas asks for.',
  ),
  kafka_server_under_min_isr_partitions: gauge(
    'Partitions led whose ISR has fewer members: acks=all is refused.',
  ),
  kafka_server_replica_max_lag: gauge('Most records by which a replica is behind its leader.'),
  kafka_server_replica_failed_partitions: gauge('Partitions that something keeps from following.'),
  kafka_server_purgatory_size: gauge('Requests that wait for something to happen.', 'operation'),
  kafka_controller_active: gauge('1 when this broker is the controller.'),
  kafka_controller_offline_partitions: gauge('Partitions without a leader; on the controller.'),
  kafka_controller_preferred_replica_imbalance: gauge(
    'Partitions led by another than their preferred broker; on the controller.',
  ),
  kafka_controller_topics: gauge('Topics there are; on the controller.'),
  kafka_controller_partitions: gauge('Partitions there are; on the controller.'),
  kafka_controller_event_queue_size: gauge('Events that wait for the controller.'),
  kafka_controller_event_queue_seconds: gauge('How long the last event had waited.'),
  kafka_network_requests_total: counter('Requests answered.', 'api'),
  kafka_network_requests_by_version_total: counter(
    'Requests received in each version: tells whether old clients are still about.',
    'api',
    'version',
    'protocol',
  ),
  kafka_network_request_errors_total: counter('Requests that failed as a whole.', 'api', 'error'),
  kafka_network_requests_rejected_total: counter(
    'Connections closed for what they sent or did not send.',
    'reason',
  ),
  kafka_network_request_bytes_total: counter('Bytes of requests.', 'api'),
  kafka_network_response_bytes_total: counter('Bytes of responses.', 'api'),
  kafka_network_request_seconds: histogram(
    'Time from the last byte of a request to its response being written.',
    'api',
  ),
  kafka_network_connections: gauge('Open connections.', 'listener'),
  kafka_network_connections_opened_total: counter('Connections accepted.', 'listener'),
  kafka_network_connections_refused_total: counter(
    'Connections refused because a limit was reached.',
    'reason',
  ),
  kafka_network_in_flight_requests: gauge('Requests in the works.'),
  kafka_network_queued_request_bytes: gauge('Bytes of requests in the works.'),
  kafka_network_queued_response_bytes: gauge('Bytes of responses waiting for slow clients.'),
  kafka_log_offline_directories: gauge('Log directories that have failed.'),
  kafka_log_cleaner_runs_total: counter('Compactions of partitions.', 'topic'),
  kafka_log_cleaner_read_bytes_total: counter('Bytes that compaction has read.', 'topic'),
  kafka_log_cleaner_written_bytes_total: counter('Bytes that compaction has written.', 'topic'),
  kafka_log_cleaner_max_dirty_ratio: gauge(
    "Part of a partition's closed segments that is dirty; the largest of the topic's partitions here.",
    'topic',
  ),
  kafka_log_cleaner_uncleanable_partitions: gauge(
    'Partitions that are not compacted any more because that has failed.',
    'topic',
  ),
  kafka_log_cleaner_max_clean_seconds: gauge('Duration of the longest compaction of a partition.'),
  kafka_log_cleaner_since_last_run_seconds: gauge(
    'Time since all partitions were last looked at for something to compact.',
  ),
  kafka_group_coordinator_groups: gauge('Groups coordinated here and in memory.', 'state'),
  kafka_group_coordinator_members: gauge('Members of groups coordinated here.'),
  kafka_group_coordinator_completed_rebalances_total: counter(
    'Generations that have got their assignments.',
  ),
  kafka_group_coordinator_offset_commits_total: counter('Offsets of partitions committed.'),
  kafka_group_coordinator_offset_expirations_total: counter(
    'Offsets of partitions forgotten because nobody has used them for long.',
  ),
  kafka_group_coordinator_offset_deletions_total: counter(
    'Offsets of partitions forgotten by request or with their topic.',
  ),
  kafka_group_coordinator_offsets: gauge('Offsets of partitions kept for groups in memory.'),
  kafka_group_committed_offset: gauge(
    'Offset a group has committed; on its coordinator, for the first 10,000 partitions.',
    'group',
    'topic',
    'partition',
  ),
  kafka_group_lag: gauge(
    'Records between the committed offset and the high watermark, which may be ten seconds old where the coordinator has no replica.',
    'group',
    'topic',
    'partition',
  ),
  kafka_zookeeper_session_state: gauge('1 for the state the session is in.', 'state'),
  kafka_zookeeper_lease_seconds: gauge(
    'Time for which the session is certain to live on; negative when it is over.',
  ),
  kafka_zookeeper_reconnects_total: counter('Connections to ZooKeeper that were lost and found.'),
  kafka_zookeeper_sessions_expired_total: counter('Sessions that ZooKeeper gave up.'),
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metricTable;
