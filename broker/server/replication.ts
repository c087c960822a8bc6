import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import type { Lease } from '../../zk-coordination';
import type { BrokerConfig } from '../config/broker-config';
import type { LiveConfigs } from '../config/live-configs';
import type { LogManager, TopicPartition } from '../log';
import type { MetadataCache } from '../metadata/metadata-cache';
import type { ControllerLink } from '../peers/controller-link';
import type { Peers } from '../peers/peer-channel';
import { AlterPartitionManager } from '../replication/alter-partition-manager';
import { FetcherManager } from '../replication/follower/fetcher-manager';
import type { FetcherConfig } from '../replication/follower/fetcher-options';
import { ReplicaManager } from '../replication/replica-manager';
import { ReplicationQuota } from '../replication/replication-quota';
import { listsReplica } from '../replication/throttled-replicas';

export interface ReplicationOptions {
  readonly brokerId: number;
  readonly configs: LiveConfigs;
  readonly logManager: LogManager;
  readonly metadata: MetadataCache;
  readonly peers: Peers;
  readonly link: ControllerLink;
  readonly lease: Lease;
  /** Own broker epoch, of the latest registration; -1 before the first. */
  brokerEpoch(): number;
  /** Whether this broker is registered in the present ZooKeeper session. */
  isRegistered(): boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** The partitions of this broker, and all that keeps them in step with those of others. */
export interface Replication {
  readonly replicas: ReplicaManager;
  readonly followers: FetcherManager;
  /** The throttle of what is sent to followers. */
  readonly leaderQuota: ReplicationQuota;
  close(): Promise<void>;
}

/** Puts the parts of replication together. */
export function openReplication(options: ReplicationOptions): Replication {
  const { brokerId, configs, metadata, link, clock, random, logger } = options;
  const leaderQuota = quotaOf('leader', options);
  const followerQuota = quotaOf('follower', options);
  const followers = new FetcherManager({
    brokerId,
    brokerEpoch: () => options.brokerEpoch(),
    peers: options.peers,
    clock,
    random,
    logger,
    config: fetcherConfigOf(() => configs.broker),
    allowance: (topicPartition) => {
      if (!followerQuota.isThrottled(topicPartition) || !followerQuota.isExceeded) return Infinity;
      // Replicas in sync would fall out of the ISR.
      return isInSync(topicPartition, options) ? Infinity : 0;
    },
    onBytesIn: (topicPartition, bytes) => followerQuota.record(topicPartition, bytes),
  });
  const isr = new AlterPartitionManager({
    brokerId,
    brokerEpoch: () => options.brokerEpoch(),
    ask: (api, body) => link.ask(api, body),
    clock,
    random,
    logger,
  });
  const replicas = new ReplicaManager({
    brokerId,
    logManager: options.logManager,
    followers,
    isr,
    lease: options.lease,
    brokerEpoch: () => options.brokerEpoch(),
    isRegistered: () => options.isRegistered(),
    liveBrokerEpoch: (id) => metadata.broker(id)?.epoch,
    exists: (topic, partition) => metadata.topic(topic)?.partitions[partition] !== undefined,
    clock,
    logger,
    minInsyncReplicas: (topic, replicationFactor) =>
      configs.topic(topic).get('min.insync.replicas') ?? Math.max(1, replicationFactor - 1),
    replicaLagTimeMaxMs: () => configs.broker.get('replica.lag.time.max.ms'),
    // The notification of the change may come later than the topic itself.
    loadConfigs: (topic) => configs.reread({ type: 'topics', name: topic }),
  });
  return {
    replicas,
    followers,
    leaderQuota,
    close: async () => {
      isr.close();
      await replicas.close();
    },
  };
}

/** The throttle of one direction, as the configs say at the moment. */
function quotaOf(
  side: 'leader' | 'follower',
  { brokerId, configs, clock }: Pick<ReplicationOptions, 'brokerId' | 'configs' | 'clock'>,
): ReplicationQuota {
  // Asked for with each fetch: the names are not put together each time.
  const rate = `${side}.replication.throttled.rate` as const;
  const listed = `${side}.replication.throttled.replicas` as const;
  return new ReplicationQuota({
    clock,
    config: {
      get bytesPerSecond() {
        return configs.broker.get(rate);
      },
      get windows() {
        return configs.broker.get('replication.quota.window.num');
      },
      get windowSeconds() {
        return configs.broker.get('replication.quota.window.size.seconds');
      },
    },
    isListed: ({ topic, partition }) => {
      const list = configs.topic(topic).get(listed);
      return listsReplica(list, partition, brokerId);
    },
  });
}

/** Whether this broker is in the ISR of a partition, as far as the controller has told. */
function isInSync(
  { topic, partition }: TopicPartition,
  { brokerId, metadata }: Pick<ReplicationOptions, 'brokerId' | 'metadata'>,
): boolean {
  return metadata.topic(topic)?.partitions[partition]?.isr.includes(brokerId) === true;
}

/** How followers fetch, as the configs say at the moment. */
function fetcherConfigOf(config: () => BrokerConfig): FetcherConfig {
  return {
    get fetchersPerBroker() {
      return config().get('num.replica.fetchers');
    },
    get partitionMaxBytes() {
      return config().get('replica.fetch.max.bytes');
    },
    get responseMaxBytes() {
      return config().get('replica.fetch.response.max.bytes');
    },
    get waitMaxMs() {
      return config().get('replica.fetch.wait.max.ms');
    },
    get minBytes() {
      return config().get('replica.fetch.min.bytes');
    },
    get backoffMs() {
      return config().get('replica.fetch.backoff.ms');
    },
    get socketTimeoutMs() {
      return config().get('replica.socket.timeout.ms');
    },
  };
}
