/**
 * What a client does next when it meets an error.
 *
 * - `none`: nothing is wrong.
 * - `retry`: repeat after a backoff.
 * - `refresh-metadata`: ask for metadata again, then repeat at whoever leads now.
 * - `find-coordinator`: ask for the coordinator again, then repeat there.
 * - `rejoin-group`: join the group again.
 * - `reset-offset`: pick a new offset by the reset policy.
 * - `reconnect`: open a new connection and negotiate again.
 * - `fix-request`: the caller has to change the request, a config or a permission.
 * - `fatal`: the client instance cannot go on; make a new one.
 */
export type ClientAction =
  | 'none'
  | 'retry'
  | 'refresh-metadata'
  | 'find-coordinator'
  | 'rejoin-group'
  | 'reset-offset'
  | 'reconnect'
  | 'fix-request'
  | 'fatal';

export interface ErrorCodeFacts {
  readonly code: number;
  readonly name: string;
  readonly retriable: boolean;
  readonly action: ClientAction;
  /** What happened, as a sentence. */
  readonly text: string;
}

type Row = readonly [code: number, retriable: 0 | 1, action: ClientAction, text: string];

/**
 * Kafka's error codes (org.apache.kafka.common.protocol.Errors). The one table behind the error
 * classes, the retry logic and the protocol reference.
 */
const table = {
  UNKNOWN_SERVER_ERROR: [
    -1,
    0,
    'fix-request',
    'The broker failed unexpectedly; its log says more.',
  ],
  NONE: [0, 0, 'none', 'All is well.'],
  OFFSET_OUT_OF_RANGE: [
    1,
    0,
    'reset-offset',
    'The offset is before the start or after the end of the log.',
  ],
  CORRUPT_MESSAGE: [2, 1, 'retry', 'The record batch has a wrong checksum, size or structure.'],
  UNKNOWN_TOPIC_OR_PARTITION: [
    3,
    1,
    'refresh-metadata',
    'The broker does not host this topic or partition.',
  ],
  INVALID_FETCH_SIZE: [4, 0, 'fix-request', 'The fetch size is not valid.'],
  LEADER_NOT_AVAILABLE: [5, 1, 'refresh-metadata', 'The partition has no leader at the moment.'],
  NOT_LEADER_OR_FOLLOWER: [
    6,
    1,
    'refresh-metadata',
    'This broker does not lead or hold the partition.',
  ],
  REQUEST_TIMED_OUT: [7, 1, 'retry', 'The request was not done within its timeout.'],
  BROKER_NOT_AVAILABLE: [8, 0, 'refresh-metadata', 'The broker is not available.'],
  REPLICA_NOT_AVAILABLE: [9, 1, 'refresh-metadata', 'The replica is not available.'],
  MESSAGE_TOO_LARGE: [10, 0, 'fix-request', 'The record batch is larger than max.message.bytes.'],
  STALE_CONTROLLER_EPOCH: [11, 0, 'fatal', 'A newer controller has spoken already.'],
  OFFSET_METADATA_TOO_LARGE: [
    12,
    0,
    'fix-request',
    'The metadata of the offset commit is too long.',
  ],
  NETWORK_EXCEPTION: [13, 1, 'reconnect', 'The connection broke before the response came.'],
  COORDINATOR_LOAD_IN_PROGRESS: [14, 1, 'retry', 'The coordinator is still loading.'],
  COORDINATOR_NOT_AVAILABLE: [15, 1, 'find-coordinator', 'There is no coordinator at the moment.'],
  NOT_COORDINATOR: [16, 1, 'find-coordinator', 'This broker is not the coordinator.'],
  INVALID_TOPIC_EXCEPTION: [
    17,
    0,
    'fix-request',
    'The topic name is not legal or the topic may not be used so.',
  ],
  RECORD_LIST_TOO_LARGE: [18, 0, 'fix-request', 'The record batches are larger than a segment.'],
  NOT_ENOUGH_REPLICAS: [
    19,
    1,
    'retry',
    'Fewer replicas are in sync than min.insync.replicas asks for.',
  ],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: [
    20,
    1,
    'retry',
    'The records were written, but to fewer replicas than min.insync.replicas asks for.',
  ],
  INVALID_REQUIRED_ACKS: [21, 0, 'fix-request', 'acks must be 0, 1 or -1 (all).'],
  ILLEGAL_GENERATION: [22, 0, 'rejoin-group', 'The group has moved on to another generation.'],
  INCONSISTENT_GROUP_PROTOCOL: [
    23,
    0,
    'fix-request',
    "The member's assignors have none in common with the group's.",
  ],
  INVALID_GROUP_ID: [24, 0, 'fix-request', 'The group id is not legal.'],
  UNKNOWN_MEMBER_ID: [25, 0, 'rejoin-group', 'The coordinator does not know this member.'],
  INVALID_SESSION_TIMEOUT: [
    26,
    0,
    'fix-request',
    'The session timeout is outside of what the broker allows.',
  ],
  REBALANCE_IN_PROGRESS: [27, 0, 'rejoin-group', 'The group is rebalancing.'],
  INVALID_COMMIT_OFFSET_SIZE: [28, 0, 'fix-request', 'The offset commit is too large.'],
  TOPIC_AUTHORIZATION_FAILED: [29, 0, 'fix-request', 'Not authorized for this topic.'],
  GROUP_AUTHORIZATION_FAILED: [30, 0, 'fix-request', 'Not authorized for this group.'],
  CLUSTER_AUTHORIZATION_FAILED: [
    31,
    0,
    'fix-request',
    'Not authorized for this operation on the cluster.',
  ],
  INVALID_TIMESTAMP: [
    32,
    0,
    'fix-request',
    'A record timestamp is outside of the range the topic accepts.',
  ],
  UNSUPPORTED_SASL_MECHANISM: [
    33,
    0,
    'fix-request',
    'The broker does not offer this SASL mechanism.',
  ],
  ILLEGAL_SASL_STATE: [
    34,
    0,
    'fix-request',
    'The request is not valid at this stage of the SASL exchange.',
  ],
  UNSUPPORTED_VERSION: [
    35,
    0,
    'reconnect',
    'The broker does not answer this version of the request.',
  ],
  TOPIC_ALREADY_EXISTS: [36, 0, 'fix-request', 'A topic of this name exists.'],
  INVALID_PARTITIONS: [37, 0, 'fix-request', 'The number of partitions is not valid.'],
  INVALID_REPLICATION_FACTOR: [
    38,
    0,
    'fix-request',
    'The replication factor is below 1 or above the number of live brokers.',
  ],
  INVALID_REPLICA_ASSIGNMENT: [39, 0, 'fix-request', 'The replica assignment is not valid.'],
  INVALID_CONFIG: [40, 0, 'fix-request', 'A config has a name or value that is not valid.'],
  NOT_CONTROLLER: [41, 1, 'refresh-metadata', 'This broker is not the controller.'],
  INVALID_REQUEST: [42, 0, 'fix-request', 'The request is malformed or contradicts itself.'],
  UNSUPPORTED_FOR_MESSAGE_FORMAT: [
    43,
    0,
    'fix-request',
    'The message format does not support this.',
  ],
  POLICY_VIOLATION: [44, 0, 'fix-request', 'The request violates a policy of the broker.'],
  OUT_OF_ORDER_SEQUENCE_NUMBER: [
    45,
    0,
    'fatal',
    'The broker received a sequence number it did not expect.',
  ],
  DUPLICATE_SEQUENCE_NUMBER: [46, 0, 'none', 'The broker has these records already.'],
  INVALID_PRODUCER_EPOCH: [
    47,
    0,
    'fatal',
    'A newer producer with the same transactional id is active.',
  ],
  INVALID_TXN_STATE: [48, 0, 'fatal', 'The transaction is not in a state that allows this.'],
  INVALID_PRODUCER_ID_MAPPING: [
    49,
    0,
    'fatal',
    'The producer id does not belong to the transactional id.',
  ],
  INVALID_TRANSACTION_TIMEOUT: [
    50,
    0,
    'fix-request',
    'The transaction timeout is longer than the broker allows.',
  ],
  CONCURRENT_TRANSACTIONS: [51, 1, 'retry', 'The previous transaction is still being completed.'],
  TRANSACTION_COORDINATOR_FENCED: [
    52,
    0,
    'fatal',
    'A newer transaction coordinator has taken over.',
  ],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [
    53,
    0,
    'fix-request',
    'Not authorized for this transactional id.',
  ],
  SECURITY_DISABLED: [54, 0, 'fix-request', 'The broker has no authorizer.'],
  OPERATION_NOT_ATTEMPTED: [
    55,
    0,
    'fix-request',
    'Not attempted because another part of the request failed.',
  ],
  KAFKA_STORAGE_ERROR: [56, 1, 'refresh-metadata', "The broker's disk failed or is full."],
  LOG_DIR_NOT_FOUND: [57, 0, 'fix-request', 'The log directory is not one of the broker.'],
  SASL_AUTHENTICATION_FAILED: [58, 0, 'fix-request', 'Wrong credentials.'],
  UNKNOWN_PRODUCER_ID: [59, 0, 'fatal', 'The broker has forgotten this producer id.'],
  REASSIGNMENT_IN_PROGRESS: [60, 0, 'fix-request', 'The partition is being reassigned.'],
  DELEGATION_TOKEN_AUTH_DISABLED: [61, 0, 'fix-request', 'Delegation tokens are not enabled.'],
  DELEGATION_TOKEN_NOT_FOUND: [62, 0, 'fix-request', 'The delegation token is not known.'],
  DELEGATION_TOKEN_OWNER_MISMATCH: [
    63,
    0,
    'fix-request',
    'The delegation token belongs to somebody else.',
  ],
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: [
    64,
    0,
    'fix-request',
    'Delegation tokens need a secured connection.',
  ],
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: [
    65,
    0,
    'fix-request',
    'Not authorized for this delegation token.',
  ],
  DELEGATION_TOKEN_EXPIRED: [66, 0, 'fix-request', 'The delegation token has expired.'],
  INVALID_PRINCIPAL_TYPE: [67, 0, 'fix-request', 'The principal type is not supported.'],
  NON_EMPTY_GROUP: [68, 0, 'fix-request', 'The group still has members.'],
  GROUP_ID_NOT_FOUND: [69, 0, 'fix-request', 'There is no such group.'],
  FETCH_SESSION_ID_NOT_FOUND: [
    70,
    1,
    'retry',
    'The fetch session has been evicted; start a new one.',
  ],
  INVALID_FETCH_SESSION_EPOCH: [
    71,
    1,
    'retry',
    'The fetch session epoch is not the next one; start a new session.',
  ],
  LISTENER_NOT_FOUND: [
    72,
    1,
    'refresh-metadata',
    'The leader has no listener of the kind the client came through.',
  ],
  TOPIC_DELETION_DISABLED: [73, 0, 'fix-request', 'delete.topic.enable is false.'],
  FENCED_LEADER_EPOCH: [
    74,
    1,
    'refresh-metadata',
    "The client's leader epoch is older than the broker's.",
  ],
  UNKNOWN_LEADER_EPOCH: [75, 1, 'retry', "The client's leader epoch is newer than the broker's."],
  UNSUPPORTED_COMPRESSION_TYPE: [
    76,
    0,
    'fix-request',
    'The compression type is not supported here.',
  ],
  STALE_BROKER_EPOCH: [77, 0, 'fatal', 'The broker has registered anew in the meantime.'],
  OFFSET_NOT_AVAILABLE: [78, 1, 'retry', 'A new leader does not know its high watermark yet.'],
  MEMBER_ID_REQUIRED: [79, 0, 'rejoin-group', 'Join again with the member id in this response.'],
  PREFERRED_LEADER_NOT_AVAILABLE: [80, 1, 'retry', 'The preferred leader is not available.'],
  GROUP_MAX_SIZE_REACHED: [
    81,
    0,
    'fatal',
    'The group has as many members as group.max.size allows.',
  ],
  FENCED_INSTANCE_ID: [82, 0, 'fatal', 'Another member has taken over this group.instance.id.'],
  ELIGIBLE_LEADERS_NOT_AVAILABLE: [83, 1, 'retry', 'No eligible leader is available.'],
  ELECTION_NOT_NEEDED: [84, 0, 'none', 'The partition has the leader it should have.'],
  NO_REASSIGNMENT_IN_PROGRESS: [85, 0, 'fix-request', 'The partition is not being reassigned.'],
  GROUP_SUBSCRIBED_TO_TOPIC: [86, 0, 'fix-request', 'The group still reads this topic.'],
  INVALID_RECORD: [
    87,
    0,
    'fix-request',
    'A record was refused; the record errors say which and why.',
  ],
  UNSTABLE_OFFSET_COMMIT: [88, 1, 'retry', 'A transaction that commits offsets is still open.'],
  THROTTLING_QUOTA_EXCEEDED: [89, 1, 'retry', 'A quota is used up; wait for the throttle time.'],
  PRODUCER_FENCED: [90, 0, 'fatal', 'A newer producer with the same transactional id is active.'],
  RESOURCE_NOT_FOUND: [91, 0, 'fix-request', 'The resource does not exist.'],
  DUPLICATE_RESOURCE: [92, 0, 'fix-request', 'The resource is named twice.'],
  UNACCEPTABLE_CREDENTIAL: [93, 0, 'fix-request', 'The credential does not meet the rules.'],
  INCONSISTENT_VOTER_SET: [94, 0, 'fix-request', 'Not used with ZooKeeper.'],
  INVALID_UPDATE_VERSION: [95, 0, 'fix-request', 'The update is based on an older version.'],
  FEATURE_UPDATE_FAILED: [96, 0, 'fix-request', 'The features could not be updated.'],
  PRINCIPAL_DESERIALIZATION_FAILURE: [
    97,
    0,
    'fix-request',
    'The forwarded principal could not be read.',
  ],
  SNAPSHOT_NOT_FOUND: [98, 0, 'fix-request', 'Not used with ZooKeeper.'],
  UNKNOWN_TOPIC_ID: [100, 1, 'refresh-metadata', 'The broker does not know this topic id.'],
  DUPLICATE_BROKER_REGISTRATION: [101, 0, 'fatal', 'Another broker with this id is registered.'],
  BROKER_ID_NOT_REGISTERED: [102, 0, 'fix-request', 'No broker with this id is registered.'],
  INCONSISTENT_TOPIC_ID: [103, 1, 'refresh-metadata', "The topic's id is another one by now."],
  INCONSISTENT_CLUSTER_ID: [104, 0, 'fix-request', 'The broker belongs to another cluster.'],
  TRANSACTIONAL_ID_NOT_FOUND: [105, 0, 'fix-request', 'The transactional id is not known.'],
  FETCH_SESSION_TOPIC_ID_ERROR: [
    106,
    1,
    'retry',
    'The fetch session mixes names and ids; start a new one.',
  ],
  INELIGIBLE_REPLICA: [107, 0, 'refresh-metadata', 'The replica may not join the ISR.'],
  NEW_LEADER_ELECTED: [108, 0, 'refresh-metadata', 'The change made another replica the leader.'],
  OFFSET_MOVED_TO_TIERED_STORAGE: [109, 0, 'reset-offset', 'Not used: there is no tiered storage.'],
  FENCED_MEMBER_EPOCH: [110, 0, 'rejoin-group', 'The member epoch is fenced.'],
  UNRELEASED_INSTANCE_ID: [111, 0, 'fix-request', 'The group.instance.id is still in use.'],
  UNSUPPORTED_ASSIGNOR: [112, 0, 'fix-request', 'The assignor is not supported.'],
  STALE_MEMBER_EPOCH: [113, 0, 'rejoin-group', 'The member epoch is not the current one.'],
  MISMATCHED_ENDPOINT_TYPE: [
    114,
    0,
    'fix-request',
    'The request went to the wrong kind of endpoint.',
  ],
  UNSUPPORTED_ENDPOINT_TYPE: [115, 0, 'fix-request', 'This kind of endpoint is not supported.'],
  UNKNOWN_CONTROLLER_ID: [116, 0, 'fix-request', 'Not used with ZooKeeper.'],
  UNKNOWN_SUBSCRIPTION_ID: [117, 0, 'fix-request', 'Client telemetry: unknown subscription.'],
  TELEMETRY_TOO_LARGE: [118, 0, 'fix-request', 'Client telemetry: payload too large.'],
  INVALID_REGISTRATION: [119, 0, 'fatal', 'The broker registration is not valid.'],
  TRANSACTION_ABORTABLE: [120, 0, 'fix-request', 'Abort the transaction and begin a new one.'],
} as const satisfies Record<string, Row>;

/** Name of an error code, e.g. `NOT_LEADER_OR_FOLLOWER`. */
export type ErrorName = keyof typeof table;

/** Numbers by name. */
export const ErrorCode = Object.fromEntries(
  Object.entries(table).map(([name, row]) => [name, row[0]]),
) as { readonly [N in ErrorName]: (typeof table)[N][0] };

const rows = (Object.entries(table) as [ErrorName, Row][]).map(
  ([name, [code, retriable, action, text]]) => ({
    code,
    name,
    retriable: retriable === 1,
    action,
    text,
  }),
);
const byCode = new Map(rows.map((row) => [row.code, row]));
const unknown = byCode.get(-1) as ErrorCodeFacts & { name: ErrorName };

/** The whole table in order of the numbers. */
export const errorCodes: readonly (ErrorCodeFacts & { readonly name: ErrorName })[] = rows;

/** Facts of a code; those of UNKNOWN_SERVER_ERROR for numbers this table does not know. */
export function errorFacts(code: number): ErrorCodeFacts & { readonly name: ErrorName } {
  return byCode.get(code) ?? unknown;
}
