import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import { compressionTypes, ensureCodecsReady } from '../../client/records';
import type { TopicStore } from '../../zk-coordination';
import type { LiveConfigs } from '../config/live-configs';
import type { GroupStorage } from '../coordinator/group/group-storage';
import { OFFSETS_TOPIC } from '../coordinator/group/offsets-topic/group-partition';
import { CommitRounds } from '../coordinator/group/offsets-topic/commit-rounds';
import type { ShardOptions } from '../coordinator/group/offsets-topic/offsets-shard';
import { OffsetsTopicStorage } from '../coordinator/group/offsets-topic/offsets-topic-storage';
import type { MetadataCache } from '../metadata/metadata-cache';
import type { ReplicaManager } from '../replication/replica-manager';
import { offsetsTopicSize } from './offsets-topic-size';

export interface OffsetsTopicRooms {
  readonly membership: GroupStorage;
  readonly allGroups: () => Promise<readonly string[]>;
  readonly configs: LiveConfigs;
  readonly metadata: MetadataCache;
  readonly topics: TopicStore;
  readonly replicas: ReplicaManager;
  readonly createTopic: (name: string) => Promise<void>;
  readonly clock: Clock;
  readonly defer: (callback: () => void) => void;
  readonly logger: Logger;
}

/** The groups of `offsets.storage=kafka`, over those in ZooKeeper. */
export function offsetsTopicStorage(rooms: OffsetsTopicRooms): GroupStorage {
  const { membership, allGroups, metadata, replicas, logger } = rooms;
  const rounds = new CommitRounds(rooms.clock, rooms.defer);
  return new OffsetsTopicStorage({
    membership,
    allGroups,
    partitionCount: offsetsTopicSize(rooms.topics, metadata),
    leader: (index) => {
      const leader = metadata.topic(OFFSETS_TOPIC)?.partitions[index]?.leader ?? -1;
      return metadata.broker(leader) && leader;
    },
    createTopic: async () => {
      await ensureCodecsReady();
      await rooms.createTopic(OFFSETS_TOPIC);
    },
    partition: (index) => replicas.find(OFFSETS_TOPIC, index),
    onLeadershipChange: (callback) => replicas.onLeadershipChange(callback),
    shard: () => shardOptions(rooms, rounds),
    logger,
  });
}

function shardOptions(
  { configs, clock, defer, logger }: OffsetsTopicRooms,
  rounds: CommitRounds,
): ShardOptions {
  const { broker } = configs;
  return {
    commitTimeoutMs: broker.get('offsets.commit.timeout.ms'),
    requiredAcks: broker.get('offsets.commit.required.acks'),
    compression: compressionTypes[broker.get('offsets.topic.compression.codec')] ?? 'none',
    bufferBytes: broker.get('offsets.load.buffer.size'),
    now: () => clock.now(),
    rounds,
    pause: () => new Promise((resolve) => defer(resolve)),
    logger,
  };
}
