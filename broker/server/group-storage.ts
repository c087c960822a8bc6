import { GroupStore } from '../../zk-coordination';
import type { GroupStorage } from '../coordinator/group/group-storage';
import { ZooKeeperGroupStorage } from '../coordinator/group/zookeeper/zookeeper-group-storage';
import type { TopicStore, ZooKeeperClient } from '../../zk-coordination';
import { offsetsTopicStorage, type OffsetsTopicRooms } from './offsets-topic';

export interface GroupStorageRooms extends Omit<OffsetsTopicRooms, 'membership' | 'allGroups'> {
  readonly brokerId: number;
  /** Own broker epoch, -1 while not registered. */
  brokerEpoch(): number;
  readonly zk: ZooKeeperClient;
  readonly topics: TopicStore;
}

/** The groups, kept as `offsets.storage` says. */
export function openGroupStorage(rooms: GroupStorageRooms): GroupStorage {
  const { zk, brokerId, configs, metadata, logger } = rooms;
  const membership = new ZooKeeperGroupStorage({
    zk,
    brokerId,
    brokerEpoch: () => rooms.brokerEpoch(),
    brokers: () => metadata.brokers,
    logger,
  });
  if (configs.broker.get('offsets.storage') === 'zookeeper') return membership;
  const store = new GroupStore(zk);
  return offsetsTopicStorage({ ...rooms, membership, allGroups: () => store.list() });
}
