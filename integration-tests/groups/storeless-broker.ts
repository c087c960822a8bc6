import { fork } from 'node:child_process';
import { once } from 'node:events';
import { dispatcher } from '../../broker/api/dispatcher';
import { findCoordinatorHandler } from '../../broker/api/find-coordinator';
import { metadataHandler } from '../../broker/api/metadata';
import { offsetCommitHandler } from '../../broker/api/offset-commit';
import { BrokerConfig } from '../../broker/config/broker-config';
import { GroupCoordinator } from '../../broker/coordinator/group/group-coordinator';
import type { GroupStorage } from '../../broker/coordinator/group/group-storage';
import { MetadataCache } from '../../broker/metadata/metadata-cache';
import { networkOptionsOf } from '../../broker/network/network-options';
import { SocketServer } from '../../broker/network/socket-server';
import { systemClock } from '../../client/runtime/clock';
import { silentLogger } from '../../client/runtime/logger';
import { processGuard } from '../harness/process-guard';

const ID = 1;
const HOST = '127.0.0.1';
const LISTENER = 'PLAINTEXT';

/** A process that takes commits as a broker does, and keeps nothing: what requests cost by themselves. */
export interface StorelessBroker {
  readonly address: string;
  readonly pid: number;
  stop(): void;
}

/** @param topic exists with these many partitions */
export async function startStoreless(topic: string, partitions: number): Promise<StorelessBroker> {
  const child = fork(__filename, [topic, String(partitions)]);
  processGuard.add(child);
  const [port] = (await once(child, 'message')) as [number];
  return {
    address: `${HOST}:${port}`,
    pid: child.pid ?? -1,
    stop: () => child.kill('SIGKILL'),
  };
}

/** Every group is free, and all that is stored is forgotten at once. */
const nowhere: GroupStorage = {
  coordinatorOf: () => Promise.resolve(ID),
  claim: (groupId) =>
    Promise.resolve({
      groupId,
      snapshot: { group: null, offsets: new Map() },
      isHeld: true,
      saveGroup: () => Promise.resolve(),
      saveOffsets: () => Promise.resolve(),
      remove: () => Promise.resolve(),
      release: () => Promise.resolve(),
    }),
  list: () => Promise.resolve([]),
  read: () => Promise.resolve({ group: null, offsets: new Map() }),
  close: () => Promise.resolve(),
};

async function serve(topic: string, partitions: number): Promise<void> {
  const clock = systemClock;
  const logger = silentLogger;
  const metadata = new MetadataCache();
  const config = BrokerConfig.create({
    'zookeeper.connect': 'unused:2181',
    listeners: `${LISTENER}://${HOST}:0`,
  });
  const groups = new GroupCoordinator({
    brokerId: ID,
    storage: nowhere,
    topicOf: () => Promise.resolve({ topicId: undefined }),
    expiryIntervalMs: 600_000,
    clock,
    logger,
    newId: () => '',
    configs: () => ({
      minSessionTimeoutMs: 6_000,
      maxSessionTimeoutMs: 60_000,
      initialRebalanceDelayMs: 0,
      maxSize: 1_000,
      offsetsRetentionMs: Infinity,
      commitTimeoutMs: 5000,
    }),
  });
  const server = new SocketServer({
    ...networkOptionsOf(config),
    handler: dispatcher({
      FindCoordinator: findCoordinatorHandler({ groups, metadata, logger }),
      Metadata: metadataHandler({
        metadata,
        clusterId: 'storeless',
        logger,
        autoCreate: undefined,
        untilComplete: () => Promise.resolve(),
      }),
      OffsetCommit: offsetCommitHandler({
        groups,
        metadata,
        clock,
        logger,
        maxMetadataBytes: () => config.get('offset.metadata.max.bytes'),
      }),
    }),
    logger,
  });
  await server.bind();
  const port = server.port(LISTENER);
  const endpoints = new Map([[LISTENER, { host: HOST, port }]]);
  metadata.setBrokers([{ id: ID, epoch: 1, rack: null, endpoints }]);
  const replicas = { leader: ID, leaderEpoch: 0, replicas: [ID], isr: [ID], offlineReplicas: [] };
  const all = Array.from({ length: partitions }, (_, partition) => ({
    ...{ partition, partitionEpoch: 0 },
    ...replicas,
  }));
  metadata.update([{ name: topic, topicId: '', partitions: all }], true);
  server.enableProcessing();
  process.send?.(port);
}

if (require.main === module) void serve(process.argv[2] ?? '', Number(process.argv[3]));
