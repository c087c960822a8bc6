import { ZERO_UUID } from '../../client/protocol/schema';
import { GroupCoordinator } from '../coordinator/group/group-coordinator';
import type { GroupConfigs } from '../coordinator/group/group-environment';
import type { KnownTopic } from '../coordinator/group/known-topic';
import type { BrokerConfig } from '../config/broker-config';
import type { TopicAdmin } from '../controller/topic-admin';
import { autoCreation } from './auto-create';
import { openGroupStorage, type GroupStorageRooms } from './group-storage';

export interface GroupRooms extends Omit<GroupStorageRooms, 'createTopic'> {
  readonly admin: TopicAdmin;
  readonly random: () => number;
}

const MINUTE_MS = 60_000;

/** The coordinator of the groups that fall to this broker. */
export function openGroups(rooms: GroupRooms): GroupCoordinator {
  const { brokerId, admin, configs, metadata, clock, random, logger } = rooms;
  const createTopic = autoCreation(admin, metadata, () => configs.broker, clock);
  return new GroupCoordinator({
    brokerId,
    storage: openGroupStorage({ ...rooms, createTopic }),
    topicOf: (name) => topicOf(name, rooms),
    expiryIntervalMs: configs.broker.get('offsets.retention.check.interval.ms'),
    clock,
    logger,
    newId: () => uuid(random),
    configs: () => groupConfigs(configs.broker),
  });
}

/** Most topics are known; that one is not there is asked in ZooKeeper, where it cannot be missed. */
async function topicOf(
  name: string,
  { metadata, topics }: Pick<GroupRooms, 'metadata' | 'topics'>,
): Promise<KnownTopic | null> {
  const topic = metadata.topic(name) ?? (await topics.get(name));
  if (!topic) return null;
  const { topicId } = topic;
  return { topicId: topicId === null || topicId === ZERO_UUID ? undefined : topicId };
}

function groupConfigs(config: BrokerConfig): GroupConfigs {
  return {
    minSessionTimeoutMs: config.get('group.min.session.timeout.ms'),
    maxSessionTimeoutMs: config.get('group.max.session.timeout.ms'),
    initialRebalanceDelayMs: config.get('group.initial.rebalance.delay.ms'),
    maxSize: config.get('group.max.size'),
    offsetsRetentionMs: config.get('offsets.retention.minutes') * MINUTE_MS,
    commitTimeoutMs: config.get('offsets.commit.timeout.ms'),
  };
}

/** A version 4 UUID as text, as it ends the ids of members. */
function uuid(random: () => number): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16));
  digits[12] = 4;
  digits[16] = 8 | ((digits[16] ?? 0) & 3);
  const text = digits.map((digit) => digit.toString(16)).join('');
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
