import type { ClientAction, ErrorName } from './error-codes';

/** What follows from what a client does next. */
const byAction: Record<ClientAction, string> = {
  none: '',
  retry: 'Repeat after a moment.',
  'refresh-metadata': 'Ask for metadata again and repeat at the current leader.',
  'find-coordinator': 'Find the coordinator again and repeat there.',
  'rejoin-group': 'Join the group again.',
  'reset-offset': 'Choose a new offset between the start and the end of the log.',
  reconnect: 'Connect again and negotiate versions.',
  'fix-request': 'Change what is asked for, or the config; repeating it does not help.',
  fatal: 'This client instance cannot go on: close it and make a new one.',
};

/** Where a person can do more than that. */
const byName: Partial<Record<ErrorName, string>> = {
  UNKNOWN_SERVER_ERROR: "Look into the broker's log.",
  UNKNOWN_TOPIC_OR_PARTITION:
    'Check the name with kafka-topics --list; repeat if it has just been created or is moving.',
  LEADER_NOT_AVAILABLE:
    'Repeat after a moment; if nobody leads by then, start the brokers that hold it (kafka-topics --describe --unavailable-partitions).',
  NOT_CONTROLLER:
    'Repeat after a moment: a controller that died is replaced when its ZooKeeper session is over.',
  BROKER_NOT_AVAILABLE: 'Start that broker, or ask another one.',
  MESSAGE_TOO_LARGE:
    'Send smaller records, compress them, or raise max.message.bytes of the topic.',
  RECORD_LIST_TOO_LARGE: 'Send smaller batches, or raise segment.bytes of the topic.',
  OFFSET_METADATA_TOO_LARGE: 'Shorten it, or raise offset.metadata.max.bytes of the brokers.',
  COORDINATOR_NOT_AVAILABLE:
    'Repeat after a moment: a coordinator that died is replaced when its ZooKeeper session is over.',
  NOT_ENOUGH_REPLICAS:
    'Start the brokers that are missing (kafka-topics --describe --under-min-isr-partitions), then repeat.',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    'Start the brokers that are missing (kafka-topics --describe --under-min-isr-partitions), then repeat.',
  INCONSISTENT_GROUP_PROTOCOL: 'Give all members of the group an assignor in common.',
  INVALID_SESSION_TIMEOUT:
    'Stay within group.min.session.timeout.ms and group.max.session.timeout.ms of the brokers.',
  TOPIC_ALREADY_EXISTS: 'Use it, delete it first, or choose another name.',
  INVALID_PARTITIONS: 'Give another number; a topic that exists can only get more.',
  INVALID_REPLICATION_FACTOR: 'Ask for fewer replicas, or start more brokers.',
  INVALID_CONFIG: 'docs/configs.md has all configs.',
  NON_EMPTY_GROUP: 'Stop its consumers; one that died counts until its session timeout is over.',
  GROUP_ID_NOT_FOUND: 'Check the name with kafka-consumer-groups --list.',
  GROUP_SUBSCRIBED_TO_TOPIC: 'Stop the consumers that read it first.',
  GROUP_MAX_SIZE_REACHED: 'Stop members, or raise group.max.size of the brokers.',
  PREFERRED_LEADER_NOT_AVAILABLE:
    'Start the broker that comes first among the replicas, and elect again when it is in sync.',
  ELIGIBLE_LEADERS_NOT_AVAILABLE: 'Start one of the brokers that hold it, then elect again.',
  REASSIGNMENT_IN_PROGRESS: 'Wait, or look at kafka-reassign-partitions --list.',
};

/** What to do about an error of Kafka's table, as a sentence; empty when there is nothing to do. */
export function adviceFor(name: ErrorName, action: ClientAction): string {
  return byName[name] ?? byAction[action];
}
