import type { RetryOptions } from './config-types';
import type { CompressionTypes } from './enums';
import type {
  ConnectEvent,
  DisconnectEvent,
  RequestEvent,
  RequestQueueSizeEvent,
  RequestTimeoutEvent,
} from './event-types';
import type { InstrumentationEvent, RemoveInstrumentationEventListener } from './instrumentation';
import type { Logger } from './logger';
import type { TopicOffsets } from './offset-types';

export interface ProducerConfig {
  /** Default `Partitioners.DefaultPartitioner`. */
  createPartitioner?: ICustomPartitioner;
  retry?: RetryOptions;
  /** Milliseconds. Default 300000. */
  metadataMaxAge?: number;
  /** Default true. */
  allowAutoTopicCreation?: boolean;
  /** Whether repeated batches are recognised. Needs acks -1. Default false. */
  idempotent?: boolean;
  /** There are no transactions in this version. */
  transactionalId?: string;
  /** No effect without transactions. */
  transactionTimeout?: number;
  /** Requests of one connection without an answer; here 5 at most, to keep order. Default 5. */
  maxInFlightRequests?: number;
}

export interface IHeaders {
  [key: string]: Buffer | string | (Buffer | string)[] | undefined;
}

export interface Message {
  key?: Buffer | string | null;
  /** Null is a tombstone. */
  value: Buffer | string | null;
  partition?: number;
  /** A list stands for several headers of that name. */
  headers?: IHeaders;
  /** Milliseconds since 1970. */
  timestamp?: string;
}

export type PartitionMetadata = {
  partitionErrorCode: number;
  partitionId: number;
  /** Broker id, -1 when there is none. */
  leader: number;
  replicas: number[];
  isr: number[];
  offlineReplicas?: number[];
};

export interface PartitionerArgs {
  topic: string;
  partitionMetadata: PartitionMetadata[];
  /** The object given to `send`. */
  message: Message;
}

/** Makes the function that chooses partitions; called once per producer. */
export type ICustomPartitioner = () => (args: PartitionerArgs) => number;
export type DefaultPartitioner = ICustomPartitioner;
export type LegacyPartitioner = ICustomPartitioner;

export interface ProducerRecord {
  topic: string;
  messages: Message[];
  /** -1: all replicas in sync. 1: the leader. 0: nobody answers. Default -1. */
  acks?: number;
  /** No effect: the broker waits as long as `requestTimeout`. */
  timeout?: number;
  compression?: CompressionTypes;
}

/** What became of the messages of one partition. */
export type RecordMetadata = {
  topicName: string;
  partition: number;
  errorCode: number;
  offset?: string;
  timestamp?: string;
  /** Offset of the first message. */
  baseOffset?: string;
  /** -1 when messages keep their timestamps. */
  logAppendTime?: string;
  logStartOffset?: string;
};

export interface TopicMessages {
  topic: string;
  messages: Message[];
}

export interface ProducerBatch {
  acks?: number;
  timeout?: number;
  compression?: CompressionTypes;
  topicMessages?: TopicMessages[];
}

export type Sender = {
  send(record: ProducerRecord): Promise<RecordMetadata[]>;
  sendBatch(batch: ProducerBatch): Promise<RecordMetadata[]>;
};

export type Transaction = Sender & {
  sendOffsets(offsets: { consumerGroupId: string; topics: TopicOffsets[] }): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
  isActive(): boolean;
};

export type ProducerEvents = {
  CONNECT: 'producer.connect';
  DISCONNECT: 'producer.disconnect';
  REQUEST: 'producer.network.request';
  REQUEST_TIMEOUT: 'producer.network.request_timeout';
  REQUEST_QUEUE_SIZE: 'producer.network.request_queue_size';
};

export type Producer = Sender & {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isIdempotent(): boolean;
  readonly events: ProducerEvents;
  on(
    eventName: ProducerEvents['CONNECT'],
    listener: (event: ConnectEvent) => void,
  ): RemoveInstrumentationEventListener<typeof eventName>;
  on(
    eventName: ProducerEvents['DISCONNECT'],
    listener: (event: DisconnectEvent) => void,
  ): RemoveInstrumentationEventListener<typeof eventName>;
  on(
    eventName: ProducerEvents['REQUEST'],
    listener: (event: RequestEvent) => void,
  ): RemoveInstrumentationEventListener<typeof eventName>;
  on(
    eventName: ProducerEvents['REQUEST_QUEUE_SIZE'],
    listener: (event: RequestQueueSizeEvent) => void,
  ): RemoveInstrumentationEventListener<typeof eventName>;
  on(
    eventName: ProducerEvents['REQUEST_TIMEOUT'],
    listener: (event: RequestTimeoutEvent) => void,
  ): RemoveInstrumentationEventListener<typeof eventName>;
  on(
    eventName: ProducerEvents[keyof ProducerEvents],
    // KafkaJS types it so.
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    listener: (event: InstrumentationEvent<any>) => void,
  ): RemoveInstrumentationEventListener<typeof eventName>;
  /** Always rejects: there are no transactions in this version. */
  transaction(): Promise<Transaction>;
  logger(): Logger;
};
