import { ProtocolError } from '../../client/protocol/protocol-error';
import {
  assigned,
  randomKafkaUuid,
  ZkError,
  type ConfigStore,
  type PartitionAssignment,
  type TopicDeletionStore,
  type TopicStore,
} from '../../zk-coordination';
import type { MetadataCache } from '../metadata/metadata-cache';
import { assertAssignment } from './assignment-check';
import { placeReplicas } from './replica-placement';
import { assertTopicName, collidingTopic, isTopicName } from './topic-name';

export interface NewTopic {
  readonly name: string;
  /** -1 for the broker's default. */
  readonly numPartitions: number;
  /** -1 for the broker's default. */
  readonly replicationFactor: number;
  /** Brokers by partition number, instead of the two numbers above; empty to let us choose. */
  readonly assignments: ReadonlyMap<number, readonly number[]>;
  readonly configs: Readonly<Record<string, string>>;
}

export interface CreatedTopic {
  readonly topicId: string;
  readonly numPartitions: number;
  readonly replicationFactor: number;
}

export interface TopicAdminOptions {
  readonly topics: TopicStore;
  readonly deletions: TopicDeletionStore;
  readonly configs: ConfigStore;
  readonly metadata: MetadataCache;
  readonly numPartitions: () => number;
  /** Number of live brokers in, replication factor out. */
  readonly replicationFactor: (liveBrokers: number) => number;
  readonly deleteTopicEnable: boolean;
  /** @throws ProtocolError INVALID_CONFIG */
  readonly assertConfigs: (configs: Readonly<Record<string, string>>) => void;
}

/**
 * What any broker does when asked to create, extend or delete topics: check, choose brokers, write
 * to ZooKeeper. The controller sees it there and does the rest.
 */
export class TopicAdmin {
  constructor(private readonly options: TopicAdminOptions) {}

  /**
   * @throws ProtocolError INVALID_TOPIC_EXCEPTION, TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS,
   *   INVALID_REPLICATION_FACTOR, INVALID_REPLICA_ASSIGNMENT, INVALID_CONFIG, INVALID_REQUEST
   */
  async create(topic: NewTopic, validateOnly = false): Promise<CreatedTopic> {
    const { topics, configs, metadata } = this.options;
    assertTopicName(topic.name);
    const existing = await topics.list();
    if (existing.includes(topic.name)) throw alreadyExists(topic.name);
    const colliding = collidingTopic(topic.name, existing);
    if (colliding !== undefined) {
      throw new ProtocolError(
        'INVALID_TOPIC_EXCEPTION',
        `Topic "${topic.name}" would be confused with "${colliding}" in metrics, where "." and "_" are the same.`,
      );
    }
    this.options.assertConfigs(topic.configs);
    const replicas = this.choose(topic);
    const created = {
      topicId: randomKafkaUuid(),
      numPartitions: replicas.length,
      replicationFactor: replicas[0].length,
    };
    if (validateOnly) return created;
    // Configs first: the topic must never be seen without them.
    if (Object.keys(topic.configs).length > 0) {
      await configs.alter({ type: 'topics', name: topic.name }, () => topic.configs);
    } else {
      await configs.delete({ type: 'topics', name: topic.name });
    }
    const partitions = new Map(replicas.map((ids, partition) => [partition, assigned(ids)]));
    try {
      await topics.create(topic.name, { topicId: created.topicId, partitions });
    } catch (error) {
      if (ZkError.hasCode(error, 'NODE_EXISTS')) throw alreadyExists(topic.name);
      throw tooManyOr(error, partitions.size);
    }
    return { ...created, topicId: metadata.topic(topic.name)?.topicId ?? created.topicId };
  }

  /**
   * Gives a topic more partitions.
   *
   * @param assignments brokers of each new partition, or null to let us choose
   * @throws ProtocolError UNKNOWN_TOPIC_OR_PARTITION, INVALID_PARTITIONS,
   *   INVALID_REPLICA_ASSIGNMENT, INVALID_REPLICATION_FACTOR
   */
  async extend(
    name: string,
    count: number,
    assignments: readonly (readonly number[])[] | null,
    validateOnly = false,
  ): Promise<void> {
    const stored = await this.stored(name);
    const present = stored.partitions.size;
    if (count <= present) {
      throw new ProtocolError(
        'INVALID_PARTITIONS',
        `Topic "${name}" has ${present} partitions; ${count} would not be more.`,
      );
    }
    const first = (stored.partitions.get(0) as PartitionAssignment).replicas;
    const added = this.chooseMore(first, present, count - present, assignments);
    if (validateOnly) return;
    const partitions = new Map(stored.partitions);
    added.forEach((replicas, i) => partitions.set(present + i, assigned(replicas)));
    try {
      await this.options.topics.setAssignment(name, { ...stored, partitions }, stored.version);
    } catch (error) {
      if (ZkError.hasCode(error, 'BAD_VERSION')) {
        throw new ProtocolError(
          'INVALID_REQUEST',
          `Somebody else changed topic "${name}"; repeat.`,
        );
      }
      throw tooManyOr(error, partitions.size);
    }
  }

  /** @throws ProtocolError UNKNOWN_TOPIC_OR_PARTITION, TOPIC_DELETION_DISABLED */
  async delete(name: string): Promise<void> {
    if (!this.options.deleteTopicEnable) throw new ProtocolError('TOPIC_DELETION_DISABLED');
    await this.stored(name);
    await this.options.deletions.mark(name);
  }

  /** A name that no topic can have must not become part of a path. */
  private async stored(name: string) {
    const stored = isTopicName(name) ? await this.options.topics.get(name) : undefined;
    if (stored) return stored;
    throw new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION', `There is no topic "${name}".`);
  }

  private choose(topic: NewTopic): (readonly number[])[] {
    const { brokers } = this.options.metadata;
    if (topic.assignments.size > 0) {
      if (topic.numPartitions !== -1 || topic.replicationFactor !== -1) {
        throw new ProtocolError(
          'INVALID_REQUEST',
          'Give either a replica assignment or numbers of partitions and replicas, not both.',
        );
      }
      const listed = Array.from({ length: topic.assignments.size }, (_, partition) =>
        topic.assignments.get(partition),
      );
      return assertAssignment(listed, brokers);
    }
    const { numPartitions, replicationFactor } = topic;
    return placeReplicas({
      brokers,
      partitions: numPartitions === -1 ? this.options.numPartitions() : numPartitions,
      replicationFactor:
        replicationFactor === -1
          ? this.options.replicationFactor(brokers.length)
          : replicationFactor,
    });
  }

  private chooseMore(
    firstReplicas: readonly number[],
    present: number,
    more: number,
    assignments: readonly (readonly number[])[] | null,
  ): (readonly number[])[] {
    const { brokers } = this.options.metadata;
    if (assignments !== null) {
      if (assignments.length !== more) {
        throw new ProtocolError(
          'INVALID_REPLICA_ASSIGNMENT',
          `${more} partitions are new, but ${assignments.length} have brokers assigned.`,
        );
      }
      return assertAssignment(assignments, brokers, firstReplicas.length);
    }
    return placeReplicas({
      brokers,
      partitions: more,
      replicationFactor: firstReplicas.length,
      firstPartition: present,
      startIndex: Math.max(
        0,
        brokers.findIndex(({ id }) => id >= firstReplicas[0]),
      ),
    });
  }
}

/** The znode of a topic holds the brokers of all its partitions, and ZooKeeper bounds its size. */
function tooManyOr(error: unknown, partitions: number): unknown {
  if (!ZkError.hasCode(error, 'TOO_LARGE')) return error;
  return new ProtocolError(
    'INVALID_PARTITIONS',
    `The brokers of ${partitions} partitions do not fit into one znode.`,
  );
}

function alreadyExists(name: string): ProtocolError {
  return new ProtocolError('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`);
}
