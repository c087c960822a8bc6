import { hostname } from 'node:os';
import type { Logger } from '../../client/runtime/logger';
import { describeError } from '../../client/runtime/error';
import {
  BrokerStore,
  ClusterIdStore,
  ConfigStore,
  createBootstrapPaths,
  LogDirEventStore,
  TopicDeletionStore,
  TopicStore,
  type ZooKeeperClient,
} from '../../zk-coordination';
import { dispatcher } from '../api/dispatcher';
import type { AdvertisedEndpoint, BrokerConfig } from '../config/broker-config';
import { LiveConfigs } from '../config/live-configs';
import { ProducerIds } from '../coordinator/producer-ids/producer-ids';
import { MetadataCache } from '../metadata/metadata-cache';
import { Metrics } from '../metrics/metrics';
import { connectionLimitsOf, networkOptionsOf } from '../network/network-options';
import { SocketServer } from '../network/socket-server';
import { ControllerGateway } from '../peers/controller-gateway';
import { LocalChannel } from '../peers/local-channel';
import { warnIfUnreachable } from './advertised-check';
import { provideMetrics } from './broker-metrics';
import { resolveBrokerId } from './broker-identity';
import { handLeadershipOver } from './controlled-shutdown';
import { machineEdges, type BrokerEdges } from './edges';
import { provideGroupMetrics } from './group-metrics';
import { openGroups } from './groups';
import { handlersOf } from './handlers';
import { leaderEndOffsets, openPeers } from './inter-broker';
import { Membership } from './membership';
import { openOffice } from './office';
import { openReplication } from './replication';
import { localAnswers, selfAnswers } from './self-answers';
import { ShutdownStack } from './shutdown-stack';
import { openStorage } from './storage';
import { topicAdminOf } from './topic-administration';
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

/** Starts room after room; what is started is added to `running`, which stops it again. */
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
  const { clock, random } = edges;
  const started = clock.monotonic();
  const metrics = new Metrics();

  const zookeeper = await connectZooKeeper(file, edges, logger);
  running.add('the ZooKeeper session', () => zookeeper.close());
  const zk = zookeeper.client;
  await createBootstrapPaths(zk);
  const clusterId = await new ClusterIdStore(zk).createOrGet();
  const brokerId = await resolveBrokerId(file, zk, edges.fileSystem);
  const brokers = new BrokerStore(zk);
  const topics = new TopicStore(zk);
  const deletions = new TopicDeletionStore(zk);
  const configStore = new ConfigStore(zk);

  const metadata = new MetadataCache();
  const configs = new LiveConfigs({
    brokerId,
    file,
    store: configStore,
    logger,
    replicationFactorOf: (topic) => metadata.topic(topic)?.partitions[0]?.replicas.length,
  });
  await configs.start();
  running.add('configs', () => configs.close());

  const logManager = await openStorage({
    brokerId,
    clusterId,
    configs,
    metadata,
    edges,
    logger,
    onFatal,
    onDirectoryFailure: () => {
      replication.replicas.onDirectoryFailure();
      announceDirectoryFailure(brokerId, zk, logger);
    },
  });
  running.add('the log manager', () => logManager.close());

  const peers = openPeers(brokerId, file, metadata, edges, logger);
  running.add('connections to other brokers', () => peers.close());
  const link = new ControllerGateway({
    brokerId,
    peers,
    controllerId: () => metadata.controllerId,
    local: (api, body) => localController.handle(api, body),
  });
  const replication = openReplication({
    brokerId,
    configs,
    logManager,
    metadata,
    peers,
    link,
    lease: zk.lease,
    brokerEpoch: () => membership.brokerEpoch,
    isRegistered: () => membership.isRegistered,
    clock,
    random,
    logger,
  });
  const { replicas, leaderQuota } = replication;

  const controller = openOffice({
    brokerId,
    zk,
    brokers,
    topics,
    deletions,
    configStore,
    configs,
    openChannel: (id) =>
      id === brokerId ? new LocalChannel(answerSelf, edges.defer) : peers.open(id, 'control'),
    isRegistered: () => membership.isRegistered,
    onController: (id) => (metadata.controllerId = id),
    logger,
  });
  const producerIds = new ProducerIds({
    brokerId,
    brokerEpoch: () => membership.brokerEpoch,
    ask: (api, body) => link.ask(api, body),
    clock,
    random,
    logger,
  });
  const localController = localAnswers(controller);
  const admin = topicAdminOf(file, configs, {
    topics,
    deletions,
    configs: configStore,
    metadata,
    clock,
    random,
  });
  const groups = openGroups({
    brokerId,
    brokerEpoch: () => membership.brokerEpoch,
    zk,
    topics,
    admin,
    configs,
    metadata,
    replicas,
    clock,
    random,
    defer: edges.defer,
    logger,
  });
  const handlers = handlersOf({
    brokerId,
    clusterId,
    admin,
    groups,
    metadata,
    configs,
    configStore,
    replicas,
    logManager,
    controller: localController,
    link,
    producerIds,
    traffic: metrics.topics,
    clock,
    random,
    leaderQuota,
    logger,
  });
  const answerSelf = selfAnswers(brokerId, handlers);
  const socketServer = new SocketServer({
    ...networkOptionsOf(file),
    handler: dispatcher(handlers),
    logger,
    clock,
    metrics: metrics.network,
    createServer: edges.createServer,
  });
  configs.onBrokerChange((changed) => socketServer.updateLimits(connectionLimitsOf(changed)));
  await socketServer.bind();
  running.add('the listeners', () => socketServer.close(DRAIN_MS));
  running.add('replication', () => replication.close());
  const endpoints = file.advertisedEndpoints((name) => socketServer.port(name), hostname());

  const membership = new Membership({
    brokerId,
    rack: file.get('broker.rack'),
    endpoints,
    zk,
    brokers,
    metadata,
    logger,
    onBrokersChanged: () => replicas.brokersChanged(),
    onFatal,
  });
  running.add('membership', () => membership.close());
  await membership.join();

  provideMetrics(metrics, { zk, logManager, replication, socketServer, controller });
  provideGroupMetrics(metrics, groups, {
    here: (topic, partition) => replicas.find(topic, partition)?.servedLog?.highWatermark,
    elsewhere: leaderEndOffsets(brokerId, peers, metadata, clock, logger),
  });
  await controller.start();
  running.add('the controller', () => controller.close());
  groups.start();
  running.add('groups', () => groups.close());

  let serving = true;
  socketServer.enableProcessing();
  running.add('accepting', () => {
    serving = false;
    return socketServer.stopAccepting();
  });
  if (file.get('controlled.shutdown.enable')) {
    running.add('leadership', () =>
      handLeadershipOver({
        brokerId,
        brokerEpoch: () => membership.brokerEpoch,
        hasPeers: () => metadata.brokers.some(({ id }) => id !== brokerId),
        controller: link,
        maxRetries: file.get('controlled.shutdown.max.retries'),
        retryBackoffMs: file.get('controlled.shutdown.retry.backoff.ms'),
        clock,
        logger,
      }),
    );
  }
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

/** Lets the controller know, so that it moves the leaders that are offline now. */
function announceDirectoryFailure(brokerId: number, zk: ZooKeeperClient, logger: Logger): void {
  new LogDirEventStore(zk)
    .announce(brokerId)
    .catch((error: unknown) =>
      logger.error(
        { event: 'log-dir-event-failed', broker: brokerId, error: describeError(error) },
        'The controller could not be told of the failed log directory.',
      ),
    );
}
