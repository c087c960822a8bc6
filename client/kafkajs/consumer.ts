import type { Admin as NativeAdmin } from '../admin';
import type { ConsumerOptions, GroupOptions, Subscription } from '../consumer';
import type { Kafka as NativeKafka } from '../kafka';
import { awaitedTimeout, systemClock, type Clock } from '../runtime/clock';
import { describeError } from '../runtime/error';
import { nativeKafka, resolveRetry, type ClientParts } from './client-options';
import { consumerEvents, tellGroupEvents } from './consumer-events';
import { ConsumerRun, type RunnableConsumer } from './consumer-run';
import type { Consumer, ConsumerConfig, ConsumerRunConfig } from './consumer-types';
import { KafkaJSNonRetriableError } from './errors';
import { describedGroup } from './group-admin';
import { Instrumentation } from './instrumentation';
import { nativeAssignor } from './native-assignor';
import type { TopicPartitions } from './offset-types';
import { checkedCommit, checkedSeek, checkSelection } from './offset-checks';
import { PausedPartitions } from './paused-partitions';
import { PartitionAssigners } from './round-robin-assigner';
import { checkedSubscription } from './subscription-checks';
import { translated } from './translate-error';

/** Makes the consumer beneath. */
export type MakeConsumer = (
  kafka: NativeKafka,
  options: ConsumerOptions & GroupOptions,
) => RunnableConsumer;

/** A member leaves its group only when it stops; see docs/kafkajs.md. */
const FOREVER_MS = 0x7fff_ffff;

const NOT_RUNNING = 'Consumer group was not initialized, consumer#run must be called first';

/** KafkaJS's consumer. @throws KafkaJSNonRetriableError for timeouts that make no sense */
export function createConsumer(
  parts: ClientParts,
  config: ConsumerConfig,
  makeConsumer: MakeConsumer,
  clock: Clock = systemClock,
): Consumer {
  const { groupId, sessionTimeout = 30_000, heartbeatInterval = 3000 } = config;
  if (!groupId) throw new KafkaJSNonRetriableError('Consumer groupId must be a non-empty string.');
  if (heartbeatInterval >= sessionTimeout) {
    throw new KafkaJSNonRetriableError(
      `Consumer heartbeatInterval (${heartbeatInterval}) must be lower than sessionTimeout ` +
        `(${sessionTimeout}). It is recommended to set heartbeatInterval to approximately a third ` +
        'of the sessionTimeout.',
    );
  }
  const logger = parts.logger.namespace('Consumer');
  const instrumentation = new Instrumentation('consumer', consumerEvents, logger);
  const retry = resolveRetry(parts.config.retry, config.retry);
  const overrides = { retry: config.retry, metadataMaxAge: config.metadataMaxAge };
  const subscriptions: Subscription[] = [];
  const paused = new PausedPartitions();
  let admin: NativeAdmin | undefined;
  let life: { readonly run: ConsumerRun; readonly native: RunnableConsumer } | undefined;
  let stopping: Promise<void> | undefined;
  let callOffRestart: (() => void) | undefined;

  const theAdmin = (): NativeAdmin => (admin ??= nativeKafka(parts, overrides).admin());
  const theLife = (): NonNullable<typeof life> => {
    if (!life) throw new KafkaJSNonRetriableError(NOT_RUNNING);
    return life;
  };

  const makeNative = (): RunnableConsumer => {
    const { partitionAssigners = [PartitionAssigners.roundRobin] } = config;
    return makeConsumer(nativeKafka(parts, overrides), {
      groupId,
      sessionTimeoutMs: sessionTimeout,
      heartbeatIntervalMs: heartbeatInterval,
      rebalanceTimeoutMs: config.rebalanceTimeout ?? 60_000,
      maxPollIntervalMs: FOREVER_MS,
      partitionAssignors: partitionAssigners.map((assigner) =>
        nativeAssignor(assigner, {
          groupId,
          logger,
          admin: { describeTopics: (topics) => theAdmin().describeTopics(topics) },
        }),
      ),
      enableAutoCommit: false,
      fetchMinBytes: config.minBytes ?? 1,
      fetchMaxBytes: config.maxBytes ?? 10_485_760,
      maxPartitionFetchBytes: config.maxBytesPerPartition ?? 1_048_576,
      fetchMaxWaitMs: config.maxWaitTimeInMs ?? 5000,
      isolationLevel: config.readUncommitted ? 'read_uncommitted' : 'read_committed',
      clientRack: config.rackId,
      allowAutoTopicCreation: config.allowAutoTopicCreation,
    });
  };

  const start = async (runConfig: ConsumerRunConfig): Promise<void> => {
    logger.info('Starting', { groupId });
    const native = makeNative();
    tellGroupEvents(native, instrumentation);
    const run = new ConsumerRun({
      native,
      groupId,
      config: runConfig,
      retry,
      paused,
      instrumentation,
      logger,
      clock,
    });
    life = { run, native };
    await run.start(subscriptions, (error) => crashed(error, runConfig));
  };

  const crashed = async (error: Error, runConfig: ConsumerRunConfig): Promise<void> => {
    logger.error(`Crash: ${error.name}: ${error.message}`, { groupId, stack: error.stack });
    await disconnect();
    const restart = isRetriable(error) && (await mayRestart(error));
    instrumentation.emit(consumerEvents.CRASH, { error, groupId, restart });
    if (!restart) return;
    const { retryTime = retry.initialRetryTime } = error as { retryTime?: number };
    logger.error(`Restarting the consumer in ${retryTime}ms`, { retryTime, groupId });
    const restarts = () => {
      start(runConfig).catch((failure: unknown) =>
        logger.error(`The consumer did not start: ${describeError(failure)}`, { groupId }),
      );
    };
    const timer = awaitedTimeout(restarts, retryTime, clock);
    callOffRestart = () => clock.clearTimeout(timer);
  };

  const mayRestart = async (error: Error): Promise<boolean> => {
    const ask = config.retry?.restartOnFailure ?? parts.config.retry?.restartOnFailure;
    try {
      return ask === undefined || (await ask(error));
    } catch (failure) {
      const text = 'Caught error when invoking user-provided "restartOnFailure" callback.';
      logger.error(`${text} Defaulting to restarting.`, { error: describeError(failure), groupId });
      return true;
    }
  };

  const stopOnce = async (): Promise<void> => {
    callOffRestart?.();
    callOffRestart = undefined;
    const ended = life;
    if (ended) {
      await ended.run.stop();
      life = undefined;
      paused.clear();
      instrumentation.emit(consumerEvents.STOP, null);
    }
    logger.info('Stopped', { groupId });
  };
  const stop = (): Promise<void> => (stopping ??= stopOnce().finally(() => (stopping = undefined)));

  const disconnect = async (): Promise<void> => {
    await stop();
    await admin?.close();
    admin = undefined;
    instrumentation.emit(consumerEvents.DISCONNECT, null);
  };

  const on = (type: string, listener: (event: never) => void): (() => void) =>
    instrumentation.on(type, listener);

  return {
    connect: async () => {
      await translated(() => theAdmin().connect());
      instrumentation.emit(consumerEvents.CONNECT, null);
    },
    disconnect,
    stop,
    subscribe: async (subscription) => {
      if (life) {
        throw new KafkaJSNonRetriableError('Cannot subscribe to topic while consumer is running');
      }
      subscriptions.push(checkedSubscription(subscription));
      return Promise.resolve();
    },
    run: async (runConfig = {}) => {
      if (life) {
        logger.warn('consumer#run was called, but the consumer is already running', { groupId });
        return;
      }
      await start(runConfig);
    },
    commitOffsets: async (offsets) => {
      const checked = offsets.map(checkedCommit);
      await theLife().run.commit(checked);
    },
    seek: (at) => {
      const to = checkedSeek(at);
      theLife().run.seek(to);
    },
    describeGroup: () =>
      translated(async () => describedGroup((await theAdmin().describeGroups([groupId]))[0])),
    pause: (selection) => {
      checkSelection(selection);
      const { run } = theLife();
      paused.pause(selection);
      run.pauseOrResume();
    },
    resume: (selection) => {
      checkSelection(selection);
      const { run, native } = theLife();
      paused.resume(selection, native.assignment());
      run.pauseOrResume();
    },
    paused: () => {
      const topics = new Map<string, number[]>();
      for (const { topic, partition } of life?.native.assignment() ?? []) {
        if (!paused.has({ topic, partition })) continue;
        topics.set(topic, [...(topics.get(topic) ?? []), partition]);
      }
      return [...topics].map(([topic, partitions]): TopicPartitions => ({ topic, partitions }));
    },
    on: on as Consumer['on'],
    logger: () => logger,
    events: consumerEvents,
  };
}

/** Whether the root of a failure may go away by itself. */
function isRetriable(error: Error): boolean {
  if (error.name === 'KafkaJSNumberOfRetriesExceeded') return true;
  let root: Error = error;
  while (root.cause instanceof Error) root = root.cause;
  return (root as { retriable?: boolean }).retriable === true;
}
