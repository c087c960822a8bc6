interface CauseOptions {
  readonly cause?: unknown;
}

type Thrown = Error | string;

/** A protocol error as KafkaJS describes it. */
export interface ProtocolFacts {
  readonly message: string;
  /** KafkaJS's name of the code. */
  readonly type: string;
  readonly code: number;
  readonly retriable: boolean;
}

/**
 * The root of KafkaJS's errors. `name` is what programs look at, and `retriable`, which is true
 * unless a class says otherwise.
 */
export class KafkaJSError extends Error {
  override name = 'KafkaJSError';
  readonly retriable: boolean;
  readonly helpUrl?: string;
  override readonly cause?: Error;

  constructor(e: Thrown, { retriable = true, cause }: CauseOptions & { retriable?: boolean } = {}) {
    super(messageOf(e));
    this.retriable = retriable;
    if (cause instanceof Error) this.cause = cause;
  }
}

export class KafkaJSNonRetriableError extends KafkaJSError {
  override name = 'KafkaJSNonRetriableError';

  constructor(e: Thrown, { cause }: CauseOptions = {}) {
    super(e, { retriable: false, cause });
  }
}

/** A broker has answered with an error. */
export class KafkaJSProtocolError extends KafkaJSError {
  override name = 'KafkaJSProtocolError';
  readonly type: string;
  readonly code: number;

  constructor(e: Thrown | ProtocolFacts, { retriable }: { retriable?: boolean } = {}) {
    const facts = e as Partial<ProtocolFacts>;
    super(messageOf(e as Thrown), { retriable: retriable ?? facts.retriable ?? false });
    this.type = facts.type ?? 'UNKNOWN';
    this.code = facts.code ?? -1;
  }
}

export class KafkaJSOffsetOutOfRange extends KafkaJSProtocolError {
  override name = 'KafkaJSOffsetOutOfRange';
  readonly topic: string;
  readonly partition: number;

  constructor(e: Thrown | ProtocolFacts, at?: { topic: string; partition: number }) {
    super(e);
    this.topic = at?.topic ?? '';
    this.partition = at?.partition ?? -1;
  }
}

export class KafkaJSMemberIdRequired extends KafkaJSProtocolError {
  override name = 'KafkaJSMemberIdRequired';
  readonly memberId: string;

  constructor(e: Thrown | ProtocolFacts, { memberId }: { memberId: string }) {
    super(e);
    this.memberId = memberId;
  }
}

/** Repeating did not help; `cause` is the last error. */
export class KafkaJSNumberOfRetriesExceeded extends KafkaJSNonRetriableError {
  override name = 'KafkaJSNumberOfRetriesExceeded';
  override readonly stack: string;
  readonly retryCount: number;
  /** The last wait between two attempts, in milliseconds. */
  readonly retryTime: number;

  constructor(e: Thrown, metadata?: { retryCount: number; retryTime: number }) {
    super(e, { cause: e });
    this.stack = `${this.name}\n  Caused by: ${e instanceof Error ? e.stack : e}`;
    this.retryCount = metadata?.retryCount ?? 0;
    this.retryTime = metadata?.retryTime ?? 0;
  }
}

export class KafkaJSConnectionError extends KafkaJSError {
  override name = 'KafkaJSConnectionError';
  /** `host:port`. */
  readonly broker: string;
  readonly code?: string;

  constructor(e: Thrown, { broker = '', code }: { broker?: string; code?: string } = {}) {
    super(e);
    this.broker = broker;
    this.code = code;
  }
}

export class KafkaJSConnectionClosedError extends KafkaJSConnectionError {
  override name = 'KafkaJSConnectionClosedError';
  readonly host?: string;
  readonly port?: number;

  constructor(e: Thrown, { host, port }: { host?: string; port?: number } = {}) {
    super(e, { broker: `${host}:${port}` });
    this.host = host;
    this.port = port;
  }
}

interface RequestTimeoutFacts {
  readonly broker: string;
  readonly clientId?: string;
  readonly correlationId?: number;
  readonly createdAt?: number;
  readonly sentAt?: number;
  readonly pendingDuration?: number;
}

export class KafkaJSRequestTimeoutError extends KafkaJSError {
  override name = 'KafkaJSRequestTimeoutError';
  readonly broker: string;
  /** -1, like the times below: this client does not tell. */
  readonly correlationId: number;
  readonly createdAt: number;
  readonly sentAt: number;
  readonly pendingDuration: number;

  constructor(e: Thrown, facts?: RequestTimeoutFacts) {
    super(e);
    this.broker = facts?.broker ?? '';
    this.correlationId = facts?.correlationId ?? -1;
    this.createdAt = facts?.createdAt ?? -1;
    this.sentAt = facts?.sentAt ?? -1;
    this.pendingDuration = facts?.pendingDuration ?? -1;
  }
}

export class KafkaJSMetadataNotLoaded extends KafkaJSError {
  override name = 'KafkaJSMetadataNotLoaded';
}

export class KafkaJSTopicMetadataNotLoaded extends KafkaJSMetadataNotLoaded {
  override name = 'KafkaJSTopicMetadataNotLoaded';
  readonly topic: string;

  constructor(e: Thrown, { topic = '' }: { topic?: string } = {}) {
    super(e);
    this.topic = topic;
  }
}

export class KafkaJSStaleTopicMetadataAssignment extends KafkaJSError {
  override name = 'KafkaJSStaleTopicMetadataAssignment';
  readonly topic: string;
  readonly unknownPartitions: readonly unknown[];

  constructor(e: Thrown, facts?: { topic: string; unknownPartitions: readonly unknown[] }) {
    super(e);
    this.topic = facts?.topic ?? '';
    this.unknownPartitions = facts?.unknownPartitions ?? [];
  }
}

/** What became of one group of `deleteGroups`. */
export interface DeleteGroupsResult {
  groupId: string;
  errorCode?: number;
  error?: KafkaJSProtocolError;
}

export class KafkaJSDeleteGroupsError extends KafkaJSError {
  override name = 'KafkaJSDeleteGroupsError';
  readonly groups: DeleteGroupsResult[];

  constructor(e: Thrown, groups: DeleteGroupsResult[] = []) {
    super(e);
    this.groups = groups;
  }
}

export class KafkaJSServerDoesNotSupportApiKey extends KafkaJSNonRetriableError {
  override name = 'KafkaJSServerDoesNotSupportApiKey';
  readonly apiKey: number;
  readonly apiName: string;

  constructor(
    e: Thrown,
    { apiKey = -1, apiName = '' }: { apiKey?: number; apiName?: string } = {},
  ) {
    super(e);
    this.apiKey = apiKey;
    this.apiName = apiName;
  }
}

export class KafkaJSBrokerNotFound extends KafkaJSError {
  override name = 'KafkaJSBrokerNotFound';
}

export class KafkaJSPartialMessageError extends KafkaJSNonRetriableError {
  override name = 'KafkaJSPartialMessageError';
}

export class KafkaJSSASLAuthenticationError extends KafkaJSNonRetriableError {
  override name = 'KafkaJSSASLAuthenticationError';
}

export class KafkaJSGroupCoordinatorNotFound extends KafkaJSNonRetriableError {
  override name = 'KafkaJSGroupCoordinatorNotFound';
}

/** This surface has no such thing. */
export class KafkaJSNotImplemented extends KafkaJSNonRetriableError {
  override name = 'KafkaJSNotImplemented';
}

export class KafkaJSTimeout extends KafkaJSNonRetriableError {
  override name = 'KafkaJSTimeout';
}

export class KafkaJSLockTimeout extends KafkaJSTimeout {
  override name = 'KafkaJSLockTimeout';
}

export class KafkaJSUnsupportedMagicByteInMessageSet extends KafkaJSNonRetriableError {
  override name = 'KafkaJSUnsupportedMagicByteInMessageSet';
}

interface FailedDeletion {
  readonly partition: number;
  readonly offset: string;
  readonly error: KafkaJSError;
}

/** Retriable when all of its parts are. */
export class KafkaJSDeleteTopicRecordsError extends KafkaJSError {
  override name = 'KafkaJSDeleteTopicRecordsError';
  readonly partitions: readonly FailedDeletion[];

  constructor({ partitions }: { topic: string; partitions: readonly FailedDeletion[] }) {
    super('Error while deleting records', {
      retriable: partitions.every(({ error }) => error.retriable),
    });
    this.partitions = partitions;
  }
}

export class KafkaJSInvariantViolation extends KafkaJSNonRetriableError {
  override name = 'KafkaJSInvariantViolation';

  constructor(e: Thrown) {
    super(`Invariant violated: ${messageOf(e)}. This is likely a bug and should be reported.`);
  }
}

export class KafkaJSCreateTopicError extends KafkaJSProtocolError {
  override name = 'KafkaJSCreateTopicError';
  readonly topic: string;

  constructor(e: Thrown | ProtocolFacts, topic: string) {
    super(e);
    this.topic = topic;
  }
}

export class KafkaJSAlterPartitionReassignmentsError extends KafkaJSProtocolError {
  override name = 'KafkaJSAlterPartitionReassignmentsError';
  readonly topic?: string;
  readonly partition?: number;

  constructor(e: Thrown | ProtocolFacts, topic?: string, partition?: number) {
    super(e);
    this.topic = topic;
    this.partition = partition;
  }
}

/** Several things failed; not a {@link KafkaJSError}, as in KafkaJS. */
export class KafkaJSAggregateError extends Error {
  override name = 'KafkaJSAggregateError';
  readonly errors: (Error | string)[];

  constructor(message: Thrown, errors: (Error | string)[]) {
    super(messageOf(message));
    this.errors = errors;
  }
}

export class KafkaJSNoBrokerAvailableError extends KafkaJSError {
  override name = 'KafkaJSNoBrokerAvailableError';

  constructor() {
    super('No broker available');
  }
}

function messageOf(e: Thrown | ProtocolFacts): string {
  return typeof e === 'string' ? e : e.message;
}
