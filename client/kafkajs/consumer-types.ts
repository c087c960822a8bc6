import type { PartitionAssigner } from './assigner-types';
import type { RetryOptions } from './config-types';
import type {
  ConnectEvent,
  DisconnectEvent,
  RequestEvent,
  RequestQueueSizeEvent,
  RequestTimeoutEvent,
} from './event-types';
import type { GroupDescription } from './group-types';
import type { InstrumentationEvent, RemoveInstrumentationEventListener } from './instrumentation';
import type { Logger } from './logger';
import type {
  Offsets,
  OffsetsByTopicPartition,
  TopicOffsets,
  TopicPartitionOffset,
  TopicPartitionOffsetAndMetadata,
  TopicPartitions,
} from './offset-types';
import type { IHeaders } from './producer-types';

export interface ConsumerConfig {
  groupId: string;
  /** Default `[PartitionAssigners.roundRobin]`. */
  partitionAssigners?: PartitionAssigner[];
  /** Milliseconds. Default 300000. */
  metadataMaxAge?: number;
  /** Milliseconds. Default 30000. */
  sessionTimeout?: number;
  /** Milliseconds. Default 60000. */
  rebalanceTimeout?: number;
  /** Milliseconds. Default 3000. */
  heartbeatInterval?: number;
  /** Default 1048576. */
  maxBytesPerPartition?: number;
  /** Default 1. */
  minBytes?: number;
  /** Default 10485760. */
  maxBytes?: number;
  /** Default 5000. */
  maxWaitTimeInMs?: number;
  retry?: RetryOptions & { restartOnFailure?: (err: Error) => Promise<boolean> };
  /** Default true. */
  allowAutoTopicCreation?: boolean;
  /** No effect: each broker is asked once at a time. */
  maxInFlightRequests?: number;
  /** Default false. */
  readUncommitted?: boolean;
  rackId?: string;
}

interface MessageSetEntry {
  key: Buffer | null;
  value: Buffer | null;
  /** Milliseconds since 1970. */
  timestamp: string;
  attributes: number;
  offset: string;
  size: number;
  headers?: never;
}

interface RecordBatchEntry {
  key: Buffer | null;
  value: Buffer | null;
  /** Milliseconds since 1970. */
  timestamp: string;
  attributes: number;
  offset: string;
  /** A header that is there several times has a list. */
  headers: IHeaders;
  size?: never;
}

export type KafkaMessage = MessageSetEntry | RecordBatchEntry;

export type Batch = {
  topic: string;
  partition: number;
  highWatermark: string;
  messages: KafkaMessage[];
  isEmpty(): boolean;
  firstOffset(): string | null;
  lastOffset(): string;
  /** Messages behind the last of the batch. */
  offsetLag(): string;
  /** Messages behind the first of the batch. */
  offsetLagLow(): string;
};

export interface EachMessagePayload {
  topic: string;
  partition: number;
  message: KafkaMessage;
  /** Heartbeats go on by themselves; rejects when the partition has been taken away. */
  heartbeat(): Promise<void>;
  /** Pauses the partition. @returns a function that resumes it */
  pause(): () => void;
}

export interface EachBatchPayload {
  batch: Batch;
  /** Marks messages up to this one as done. */
  resolveOffset(offset: string): void;
  heartbeat(): Promise<void>;
  pause(): () => void;
  /** Commits what is given, or what is resolved if it is time to. */
  commitOffsetsIfNecessary(offsets?: Offsets): Promise<void>;
  uncommittedOffsets(): OffsetsByTopicPartition;
  isRunning(): boolean;
  /** Whether the partition was sought or taken away meanwhile. */
  isStale(): boolean;
}

export type ConsumerEachMessagePayload = EachMessagePayload;
export type ConsumerEachBatchPayload = EachBatchPayload;

export type EachBatchHandler = (payload: EachBatchPayload) => Promise<void>;
export type EachMessageHandler = (payload: EachMessagePayload) => Promise<void>;

export type ConsumerRunConfig = {
  /** Default true. */
  autoCommit?: boolean;
  /** Milliseconds between commits within a batch. Default none: after each batch. */
  autoCommitInterval?: number | null;
  /** Messages between commits within a batch. Default none. */
  autoCommitThreshold?: number | null;
  /** Whether a batch counts as done when `eachBatch` has returned. Default true. */
  eachBatchAutoResolve?: boolean;
  /** Default 1. */
  partitionsConsumedConcurrently?: number;
  eachBatch?: EachBatchHandler;
  eachMessage?: EachMessageHandler;
};

/** @deprecated give `topics` */
export type ConsumerSubscribeTopic = { topic: string | RegExp; fromBeginning?: boolean };
export type ConsumerSubscribeTopics = { topics: (string | RegExp)[]; fromBeginning?: boolean };

export type ConsumerEvents = {
  HEARTBEAT: 'consumer.heartbeat';
  COMMIT_OFFSETS: 'consumer.commit_offsets';
  GROUP_JOIN: 'consumer.group_join';
  FETCH_START: 'consumer.fetch_start';
  FETCH: 'consumer.fetch';
  START_BATCH_PROCESS: 'consumer.start_batch_process';
  END_BATCH_PROCESS: 'consumer.end_batch_process';
  CONNECT: 'consumer.connect';
  DISCONNECT: 'consumer.disconnect';
  STOP: 'consumer.stop';
  CRASH: 'consumer.crash';
  REBALANCING: 'consumer.rebalancing';
  RECEIVED_UNSUBSCRIBED_TOPICS: 'consumer.received_unsubscribed_topics';
  REQUEST: 'consumer.network.request';
  REQUEST_TIMEOUT: 'consumer.network.request_timeout';
  REQUEST_QUEUE_SIZE: 'consumer.network.request_queue_size';
};

export type ConsumerHeartbeatEvent = InstrumentationEvent<{
  groupId: string;
  memberId: string;
  groupGenerationId: number;
}>;
export type ConsumerCommitOffsetsEvent = InstrumentationEvent<{
  groupId: string;
  memberId: string;
  groupGenerationId: number;
  topics: TopicOffsets[];
}>;
export interface IMemberAssignment {
  [key: string]: number[];
}
export type ConsumerGroupJoinEvent = InstrumentationEvent<{
  duration: number;
  groupId: string;
  isLeader: boolean;
  leaderId: string;
  groupProtocol: string;
  memberId: string;
  memberAssignment: IMemberAssignment;
}>;
/** Never comes: see docs/kafkajs.md. */
export type ConsumerFetchStartEvent = InstrumentationEvent<{ nodeId: number }>;
/** Never comes: see docs/kafkajs.md. */
export type ConsumerFetchEvent = InstrumentationEvent<{
  numberOfBatches: number;
  duration: number;
  nodeId: number;
}>;
interface IBatchProcessEvent {
  topic: string;
  partition: number;
  highWatermark: string;
  offsetLag: string;
  offsetLagLow: string;
  batchSize: number;
  firstOffset: string;
  lastOffset: string;
}
export type ConsumerStartBatchProcessEvent = InstrumentationEvent<IBatchProcessEvent>;
export type ConsumerEndBatchProcessEvent = InstrumentationEvent<
  IBatchProcessEvent & { duration: number }
>;
export type ConsumerCrashEvent = InstrumentationEvent<{
  error: Error;
  groupId: string;
  restart: boolean;
}>;
export type ConsumerRebalancingEvent = InstrumentationEvent<{ groupId: string; memberId: string }>;
export type ConsumerReceivedUnsubcribedTopicsEvent = InstrumentationEvent<{
  groupId: string;
  generationId: number;
  memberId: string;
  assignedTopics: string[];
  topicsSubscribed: string[];
  topicsNotSubscribed: string[];
}>;

/** What a listener is given, by the key of the event. */
interface ConsumerEventMap {
  HEARTBEAT: ConsumerHeartbeatEvent;
  COMMIT_OFFSETS: ConsumerCommitOffsetsEvent;
  GROUP_JOIN: ConsumerGroupJoinEvent;
  FETCH_START: ConsumerFetchStartEvent;
  FETCH: ConsumerFetchEvent;
  START_BATCH_PROCESS: ConsumerStartBatchProcessEvent;
  END_BATCH_PROCESS: ConsumerEndBatchProcessEvent;
  CONNECT: ConnectEvent;
  DISCONNECT: DisconnectEvent;
  STOP: InstrumentationEvent<null>;
  CRASH: ConsumerCrashEvent;
  REBALANCING: ConsumerRebalancingEvent;
  RECEIVED_UNSUBSCRIBED_TOPICS: ConsumerReceivedUnsubcribedTopicsEvent;
  REQUEST: RequestEvent;
  REQUEST_TIMEOUT: RequestTimeoutEvent;
  REQUEST_QUEUE_SIZE: RequestQueueSizeEvent;
}

/** One signature per event, as a program that listens to one event sees them. */
type Listen = UnionToIntersection<
  {
    [Key in keyof ConsumerEventMap]: (
      eventName: ConsumerEvents[Key],
      listener: (event: ConsumerEventMap[Key]) => void,
    ) => RemoveInstrumentationEventListener<ConsumerEvents[Key]>;
  }[keyof ConsumerEventMap]
> &
  ((
    eventName: ConsumerEvents[keyof ConsumerEvents],
    // KafkaJS types it so.
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    listener: (event: InstrumentationEvent<any>) => void,
  ) => RemoveInstrumentationEventListener<string>);

type UnionToIntersection<U> = (U extends unknown ? (of: U) => void : never) extends (
  of: infer I,
) => void
  ? I
  : never;

export type Consumer = {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  subscribe(subscription: ConsumerSubscribeTopics | ConsumerSubscribeTopic): Promise<void>;
  stop(): Promise<void>;
  /** Resolves when the member has joined its group. */
  run(config?: ConsumerRunConfig): Promise<void>;
  commitOffsets(topicPartitions: Array<TopicPartitionOffsetAndMetadata>): Promise<void>;
  /** Offset -1 means the end, -2 the begin. */
  seek(topicPartitionOffset: TopicPartitionOffset): void;
  describeGroup(): Promise<GroupDescription>;
  pause(topics: Array<{ topic: string; partitions?: number[] }>): void;
  paused(): TopicPartitions[];
  resume(topics: Array<{ topic: string; partitions?: number[] }>): void;
  on: Listen;
  logger(): Logger;
  readonly events: ConsumerEvents;
};
