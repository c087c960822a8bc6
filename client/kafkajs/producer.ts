import type { Producer as NativeProducer, Acks, RangeReport } from '../producer';
import { clientOptions, nativeKafka, resolveRetry, type ClientParts } from './client-options';
import { compressionName } from './compression';
import { KafkaJSError, KafkaJSNonRetriableError, KafkaJSNotImplemented } from './errors';
import { Instrumentation } from './instrumentation';
import { MessageTranslator } from './native-message';
import { Partitioners } from './partitioners';
import type {
  Producer,
  ProducerBatch,
  ProducerConfig,
  ProducerEvents,
  RecordMetadata,
  TopicMessages,
} from './producer-types';
import { translated, translateError } from './translate-error';

const events: ProducerEvents = {
  CONNECT: 'producer.connect',
  DISCONNECT: 'producer.disconnect',
  REQUEST: 'producer.network.request',
  REQUEST_TIMEOUT: 'producer.network.request_timeout',
  REQUEST_QUEUE_SIZE: 'producer.network.request_queue_size',
};

/** KafkaJS limits neither; a message may be as large as the brokers take. */
const LARGEST_MESSAGE = 64 * 1024 * 1024;
const BUFFER_MEMORY = 2 * LARGEST_MESSAGE;

/** More of them, and a repeated batch may come behind its successor. */
const MOST_IN_FLIGHT = 5;

/**
 * KafkaJS's producer. One producer beneath for each combination of acks and compression that is
 * used, because there these are options of the producer.
 *
 * @throws KafkaJSNonRetriableError for an idempotent producer that must not repeat
 */
export function createProducer(parts: ClientParts, config: ProducerConfig = {}): Producer {
  const { idempotent = false, createPartitioner = Partitioners.DefaultPartitioner } = config;
  const retry = resolveRetry(parts.config.retry, config.retry);
  const logger = parts.logger.namespace('Producer');
  if (idempotent && retry.retries < 1) {
    throw new KafkaJSNonRetriableError(
      'Idempotent producer must allow retries to protect against transient errors',
    );
  }
  const instrumentation = new Instrumentation('producer', events, logger);
  const translator = new MessageTranslator(createPartitioner());
  const overrides = { retry: config.retry, metadataMaxAge: config.metadataMaxAge };
  const natives = new Map<string, NativeProducer>();
  let status: 'connected' | 'disconnecting' | 'disconnected' = 'disconnected';

  const nativeFor = (acks: Acks, compression: ProducerBatch['compression']): NativeProducer => {
    const codec = compressionName(compression);
    const name = `${acks} ${codec}`;
    const known = natives.get(name);
    if (known) return known;
    const { requestTimeout } = clientOptions(parts, overrides);
    const made = nativeKafka(parts, overrides).producer({
      acks,
      compression: codec,
      partitioner: translator.partitionOf,
      enableIdempotence: idempotent,
      allowAutoTopicCreation: config.allowAutoTopicCreation,
      maxInFlightRequestsPerConnection: Math.min(
        MOST_IN_FLIGHT,
        config.maxInFlightRequests ?? MOST_IN_FLIGHT,
      ),
      requestTimeoutMs: requestTimeout,
      retries: retry.retries,
      retryBackoffMs: retry.initialRetryTime,
      retryBackoffMaxMs: retry.maxRetryTime,
      maxRequestSize: LARGEST_MESSAGE,
      bufferMemory: BUFFER_MEMORY,
    });
    natives.set(name, made);
    return made;
  };

  const sendBatch = async (batch: ProducerBatch): Promise<RecordMetadata[]> => {
    const { acks = -1, compression, topicMessages = [] } = batch;
    checkMessages(topicMessages);
    if (idempotent && acks !== -1) {
      throw new KafkaJSNonRetriableError(
        "Not requiring ack for all messages invalidates the idempotent producer's EoS guarantees",
      );
    }
    if (status === 'disconnecting') {
      throw new KafkaJSNonRetriableError(
        "The producer is disconnecting; therefore, it can't safely accept messages anymore",
      );
    }
    if (status === 'disconnected') throw new KafkaJSError('The producer is disconnected');
    if (acks !== -1 && acks !== 0 && acks !== 1) {
      throw new KafkaJSNonRetriableError(`Invalid acks ${String(acks)}: give -1, 0 or 1`);
    }
    const native = nativeFor(acks, compression);
    const sent = await Promise.allSettled(
      [...merged(topicMessages)].map(([topic, messages]) =>
        native.sendBatch({ topic, messages: messages.map((one) => translator.toNative(one)) }),
      ),
    );
    const reports: RangeReport[] = [];
    for (const outcome of sent) {
      if (outcome.status === 'rejected') throw translateError(outcome.reason);
      reports.push(...outcome.value);
    }
    return acks === 0 ? [] : perPartition(reports);
  };

  const on = (type: string, listener: (event: never) => void): (() => void) =>
    instrumentation.on(type, listener);

  return {
    connect: () =>
      translated(async () => {
        await nativeFor(-1, undefined).connect();
        status = 'connected';
        instrumentation.emit(events.CONNECT, null);
      }),
    disconnect: async () => {
      status = 'disconnecting';
      await Promise.all([...natives.values()].map((native) => native.close()));
      natives.clear();
      status = 'disconnected';
      instrumentation.emit(events.DISCONNECT, null);
    },
    isIdempotent: () => idempotent,
    events,
    on,
    send: ({ acks, timeout, compression, topic, messages }) =>
      sendBatch({ acks, timeout, compression, topicMessages: [{ topic, messages }] }),
    sendBatch,
    transaction: () =>
      Promise.reject(new KafkaJSNotImplemented('There are no transactions in this version')),
    logger: () => logger,
  };
}

/** @throws KafkaJSNonRetriableError */
function checkMessages(topicMessages: readonly TopicMessages[]): void {
  for (const { topic, messages } of topicMessages) {
    if (!topic) throw new KafkaJSNonRetriableError('Invalid topic');
    if (!(messages as unknown)) {
      const shown = String(messages);
      throw new KafkaJSNonRetriableError(`Invalid messages array [${shown}] for topic "${topic}"`);
    }
    const without = messages.find(({ value }) => value === undefined);
    if (!without) continue;
    throw new KafkaJSNonRetriableError(
      `Invalid message without value for topic "${topic}": ${JSON.stringify(without)}`,
    );
  }
}

/** Messages by topic; a topic may be named several times. */
function merged(topicMessages: readonly TopicMessages[]): Map<string, TopicMessages['messages']> {
  const topics = new Map<string, TopicMessages['messages']>();
  for (const { topic, messages } of topicMessages) {
    topics.set(topic, [...(topics.get(topic) ?? []), ...messages]);
  }
  return topics;
}

function perPartition(reports: readonly RangeReport[]): RecordMetadata[] {
  const firsts = new Map<string, RangeReport>();
  for (const report of reports) {
    const name = `${report.topic}-${report.partition}`;
    const known = firsts.get(name);
    if (!known || report.baseOffset < known.baseOffset) firsts.set(name, report);
  }
  return [...firsts.values()].map((first) => ({
    topicName: first.topic,
    partition: first.partition,
    errorCode: 0,
    baseOffset: String(first.baseOffset),
    logAppendTime: String(first.logAppendTime),
    logStartOffset: String(first.logStartOffset),
  }));
}
