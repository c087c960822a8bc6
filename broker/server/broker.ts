import { hostname } from 'node:os';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { Logger } from '../../client/runtime/logger';
import {
  BrokerStore,
  ClusterIdStore,
  ConfigStore,
  createBootstrapPaths,
  PartitionStateStore,
  TopicDeletionStore,
  TopicStore,
} from '../../zk-coordination';
import { dispatcher } from '../api/dispatcher';
import type { AdvertisedEndpoint, BrokerConfig } from '../config/broker-config';
import { LiveConfigs } from '../config/live-configs';
import { validateTopicOverrides } from '../config/topic-config';
import { Controller } from '../controller/controller';
import { TopicAdmin } from '../controller/topic-admin';
import { MetadataCache } from '../metadata/metadata-cache';
import { Metrics } from '../metrics/metrics';
import { connectionLimitsOf, networkOptionsOf } from '../network/network-options';
import { SocketServer } from '../network/socket-server';
import { warnIfUnreachable } from './advertised-check';
import { provideMetrics } from './broker-metrics';
import { resolveBrokerId } from './broker-identity';
import { machineEdges, type BrokerEdges } from './edges';
import { handlersOf } from './handlers';
import { LocalMessenger } from './local-messenger';
import { Membership } from './membership';
import { ShutdownStack } from './shutdown-stack';
import { openStorage } from './storage';
import { connectZooKeeper } from './zookeeper-session';

export interface BrokerOptions {
  readonly config: BrokerConfig;
  readonly logger: Logger;
  /** What takes the place of the machine's own clock, files and sockets. */
  readonly edges?: Partial<BrokerEdges>;
  /** The broker cannot go on: its id was taken over, or no log directory is left. */
  readonly onFatal: (error: unknown) => void;
}

/** How long requests in hand may take when the broker stops. */
const DRAIN_MS = 5000;
/** `min(3, live brokers)`, see docs/differences.md. */
const DEFAULT_REPLICATION_FACTOR = 3;

/**
 * One broker: starts its rooms in order and stops them in the reverse order (Kafka's
 * KafkaServer.startup and shutdown).
 */
export class Broker {
  private constructor(
    readonly id: number,
    readonly clusterId: string,
    /** Where clients reach it. */
    readonly endpoints: readonly AdvertisedEndpoint[],
    private readonly running: ShutdownStack,
    private readonly logger: Logger,
  ) {}

  /**
   * Resolves when the broker serves.
   *
   * @throws whatever keeps it from serving; what had been started is stopped again
   */
  static async start(options: BrokerOptions): Promise<Broker> {
    const running = new ShutdownStack(options.logger);
    try {
      return await startRooms(options, running, (...facts) => new Broker(...facts));
    } catch (error) {
      await running.run();
      throw error;
    }
  }

  /** Finishes what is in hand, flushes, leaves the clean marker and the cluster. */
  async stop(): Promise<void> {
    this.logger.info({ event: 'broker-stopping', broker: this.id }, 'Stopping.');
    await this.running.run();
    this.logger.info({ event: 'broker-stopped', broker: this.id }, 'Stopped.');
  }
}

async function startRooms(
  { config: file, logger, edges: given, onFatal }: BrokerOptions,
  running: ShutdownStack,
  create: (
    id: number,
    clusterId: string,
    endpoints: readonly AdvertisedEndpoint[],
    running: ShutdownStack,
    logger: Logger,
  ) => Broker,
): Promise<Broker> {
  const edges = { ...machineEdges, ...given };
  const { clock } = edges;
  const started = clock.monotonic();
  const metrics = new Metrics();

  const zookeeper = await connectZooKeeper(file, edges, logger);
  running.add('the ZooKeeper session', () => zookeeper.close());
  const zk = zookeeper.client;
  await createBootstrapPaths(zk);
  const clusterId = await new ClusterIdStore(zk).createOrGet();
  const brokerId = await resolveBrokerId(file, zk, edges.fileSystem);
  const brokers = new BrokerStore(zk);

  const metadata = new MetadataCache();
  const configStore = new ConfigStore(zk);
  const configs = new LiveConfigs({
    brokerId,
    file,
    store: configStore,
    logger,
    replicationFactorOf: (topic) => metadata.topic(topic)?.partitions[0]?.replicas.length,
  });
  await configs.start();
  running.add('configs', () => configs.close());

  const storage = {
    brokerId,
    clusterId,
    configs,
    metadata,
    lease: zk.lease,
    isr: { change: () => Promise.reject(new ProtocolError('NOT_CONTROLLER')) },
    followers: {
      follow: () => {},
      unfollow: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    edges,
    logger,
    onFatal,
  };
  const { logManager, replicas } = await openStorage(storage);
  running.add('the log manager', () => logManager.close());

  const topics = new TopicStore(zk);
  const deletions = new TopicDeletionStore(zk);
  const deleteTopicEnable = file.get('delete.topic.enable');
  const admin = new TopicAdmin({
    topics,
    deletions,
    configs: configStore,
    metadata,
    numPartitions: () => configs.broker.get('num.partitions'),
    replicationFactor: (live) =>
      configs.broker.get('default.replication.factor') ??
      Math.min(DEFAULT_REPLICATION_FACTOR, live),
    deleteTopicEnable,
    assertConfigs: validateTopicOverrides,
    clock,
    random: edges.random,
  });

  const socketServer = new SocketServer({
    ...networkOptionsOf(file),
    handler: dispatcher(
      handlersOf({
        brokerId,
        clusterId,
        admin,
        metadata,
        configs,
        configStore,
        replicas,
        logManager,
        traffic: metrics.topics,
        clock,
        random: edges.random,
        logger,
      }),
    ),
    logger,
    clock,
    metrics: metrics.network,
    createServer: edges.createServer,
  });
  configs.onBrokerChange((changed) => socketServer.updateLimits(connectionLimitsOf(changed)));
  await socketServer.bind();
  running.add('the listeners', () => socketServer.close(DRAIN_MS));
  running.add('the purgatory', () => replicas.close());
  const endpoints = file.advertisedEndpoints((name) => socketServer.port(name), hostname());

  const membership = new Membership({
    brokerId,
    rack: file.get('broker.rack'),
    endpoints,
    zk,
    brokers,
    metadata,
    logger,
    onFatal,
  });
  running.add('membership', () => membership.close());
  await membership.join();

  const controller = new Controller({
    brokerId,
    zk,
    topics,
    states: new PartitionStateStore(zk),
    deletions,
    configs: configStore,
    brokers,
    messenger: new LocalMessenger(brokerId, replicas, metadata, logger, (topic) => {
      configs.forgetTopic(topic);
      metrics.topics.forget(topic);
    }),
    deleteTopicEnable,
    logger,
    isRegistered: () => membership.isRegistered,
    onController: (id) => (metadata.controllerId = id),
  });
  provideMetrics(metrics, {
    zk,
    logManager,
    replicas,
    socketServer,
    isController: () => controller.isActive,
  });
  await controller.start();
  running.add('the controller', () => controller.close());

  let serving = true;
  socketServer.enableProcessing();
  running.add('accepting', () => {
    serving = false;
    return socketServer.stopAccepting();
  });
  if (file.httpAddress) {
    const { openHttp } = await import('./open-http.js');
    const http = await openHttp(file.httpAddress, metrics, zk, () => serving, logger);
    running.add('HTTP', () => http.close());
  }
  logger.info(
    {
      event: 'broker-started',
      broker: brokerId,
      clusterId,
      endpoints: endpoints.map(({ name, host, port }) => `${name}://${host}:${port}`),
      ms: Math.round(clock.monotonic() - started),
    },
    `Broker ${brokerId} is serving.`,
  );
  void warnIfUnreachable(endpoints, edges.connect, clock, logger);
  return create(brokerId, clusterId, endpoints, running, logger);
}
