/** Coordination through ZooKeeper: the only code that talks to it. */
export * from './create-options';
export * from './multi';
export * from './session-contract';
export * from './stat';
export * from './zk-error';

export * from './session/session-factory';

export * from './client/duplicate-broker-id-error';
export * from './client/ephemeral-registry';
export * from './client/fenced-writer';
export * from './client/lease';
export * from './client/pipelined';
export * from './client/retry';
export * from './client/session-file';
export * from './client/watch-cell';
export * from './client/zookeeper-client';
export * from './client/znode-writer';

export * from './stores/bootstrap-paths';
export * from './stores/broker-id-store';
export * from './stores/broker-observer';
export * from './stores/broker-registration';
export * from './stores/broker-store';
export * from './stores/change-notifications';
export * from './stores/cluster-id-store';
export * from './stores/config-entity';
export * from './stores/config-store';
export * from './stores/controller-store';
export * from './stores/epochs';
export * from './stores/kafka-uuid';
export * from './stores/live-broker';
export * from './stores/log-dir-event-store';
export * from './stores/malformed-znode-error';
export * from './stores/partition-assignment';
export * from './stores/partition-state';
export * from './stores/partition-state-store';
export * from './stores/paths';
export * from './stores/preferred-election-store';
export * from './stores/producer-id-block-store';
export * from './stores/reassign-partitions-store';
export * from './stores/topic-deletion-store';
export * from './stores/topic-partition';
export * from './stores/topic-store';
