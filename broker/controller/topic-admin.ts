import { ProtocolError } from '../../client/protocol/protocol-error';
import type { Clock } from '../../client/runtime/clock';
import {
  assigned,
  bytesFrom,
  isRepeatable,
  randomKafkaUuid,
  ZkError,
  type ConfigStore,
  type PartitionAssignment,
  type StoredTopic,
  type TopicAssignment,
  type TopicDeletionStore,
  type TopicStore,
} from '../../zk-coordination';
import type { MetadataCache } from '../metadata/metadata-cache';
import { chooseMoreReplicas, chooseReplicas, type NewTopic } from './new-replicas';
import { isBeingReassigned } from './reassignment';
import { assertTopicName, collidingTopic, isTopicName } from './topic-name';

export type { NewTopic } from './new-replicas';

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
  readonly clock: Clock;
  /** 0 to 1; for topic ids and for where replicas begin. */
  readonly random: () => number;
}

/** Tries to write over the changes of others before it is given up. */
const MOST_CONFLICTS = 10;

/**
 * What any broker does when asked to create, extend or delete topics: check, choose brokers, write
 * to ZooKeeper. The controller sees it there and does the rest.
 */
export class TopicAdmin {
  constructor(private readonly options: TopicAdminOptions) {}

  /**
   * @throws ProtocolError INVALID_TOPIC_EXCEPTION, TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS,
   *   INVALID_REPLICATION_FACTOR, INVALID_REPLICA_ASSIGNMENT, INVALID_CONFIG, INVALID_REQUEST,
   *   REQUEST_TIMED_OUT (ZooKeeper cannot be reached)
   */
  async create(topic: NewTopic, validateOnly = false): Promise<CreatedTopic> {
    assertTopicName(topic.name);
    const existing = await reachable(this.options.topics.list());
    if (existing.includes(topic.name)) throw alreadyExists(topic.name);
    const colliding = collidingTopic(topic.name, existing);
    if (colliding !== undefined) {
      throw new ProtocolError(
        'INVALID_TOPIC_EXCEPTION',
        `Topic "${topic.name}" would be confused with "${colliding}" in metrics, where "." and "_" are the same.`,
      );
    }
    this.options.assertConfigs(topic.configs);
    const replicas = chooseReplicas(topic, this.placement);
    const created = {
      topicId: randomKafkaUuid(bytesFrom(this.options.random)),
      numPartitions: replicas.length,
      replicationFactor: (replicas[0] as readonly number[]).length,
    };
    if (validateOnly) return created;
    const partitions = new Map(replicas.map((ids, partition) => [partition, assigned(ids)]));
    await reachable(this.write(topic, { topicId: created.topicId, partitions }));
    return created;
  }

  /**
   * Gives a topic more partitions.
   *
   * @param assignments brokers of each new partition, or null to let us choose
   * @throws ProtocolError UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION (it is being
   *   deleted), REASSIGNMENT_IN_PROGRESS, INVALID_PARTITIONS, INVALID_REPLICA_ASSIGNMENT,
   *   INVALID_REPLICATION_FACTOR, REQUEST_TIMED_OUT (ZooKeeper cannot be reached)
   */
  async extend(
    name: string,
    count: number,
    assignments: readonly (readonly number[])[] | null,
    validateOnly = false,
  ): Promise<void> {
    for (let conflicts = 0; ; conflicts++) {
      const stored = await this.extensible(name);
      const partitions = this.extended(stored, count, assignments);
      if (validateOnly) return;
      const { topics } = this.options;
      try {
        const changed = { ...stored, partitions };
        await reachable(topics.setAssignment(name, changed, stored.version));
        return;
      } catch (error) {
        const beaten = ZkError.hasCode(error, 'BAD_VERSION', 'NO_NODE');
        // The controller or another broker was quicker: look again at what there is now.
        if (!beaten || conflicts >= MOST_CONFLICTS) throw tooManyOr(error, partitions.size);
      }
    }
  }

  /**
   * Asks for a topic to be deleted.
   *
   * @returns what is to be deleted
   * @throws ProtocolError UNKNOWN_TOPIC_OR_PARTITION, TOPIC_DELETION_DISABLED, REQUEST_TIMED_OUT
   *   (ZooKeeper cannot be reached)
   */
  async delete(name: string): Promise<StoredTopic> {
    if (!this.options.deleteTopicEnable) throw new ProtocolError('TOPIC_DELETION_DISABLED');
    const stored = await this.stored(name);
    await reachable(this.options.deletions.mark(name, stored.topicId));
    return stored;
  }

  /**
   * Waits until a deleted topic is out of ZooKeeper, so that its name is free; no longer than
   * `timeoutMs`, and not for brokers that are away, without which a deletion does not end.
   */
  async untilErased(topic: StoredTopic, timeoutMs: number): Promise<void> {
    const { topics, metadata, clock } = this.options;
    let erased = false;
    const cell = topics.observe(topic.name, ({ next }) => {
      if (next?.czxid === topic.czxid) return;
      erased = true;
      metadata.reconsider();
    });
    try {
      await metadata.until(() => erased || this.isHeldUp(topic), timeoutMs, clock);
    } finally {
      cell.close();
    }
  }

  /** Whether the deletion of a topic has to wait for a broker that is away. */
  isHeldUp({ partitions }: Pick<StoredTopic, 'partitions'>): boolean {
    const { metadata } = this.options;
    return [...partitions.values()].some(({ replicas }) =>
      replicas.some((id) => !metadata.broker(id)),
    );
  }

  /** Topic and configs in one write: nobody sees one without the other, or mixes two creations. */
  private async write(topic: NewTopic, assignment: TopicAssignment): Promise<void> {
    const { topics, configs } = this.options;
    const entity = { type: 'topics', name: topic.name } as const;
    for (let conflicts = 0; ; conflicts++) {
      const together = await configs.replacing(entity, topic.configs);
      try {
        await topics.create(topic.name, assignment, undefined, together);
        break;
      } catch (error) {
        const present = await topics.get(topic.name);
        if (present?.topicId === assignment.topicId) break;
        if (present) throw alreadyExists(topic.name);
        const beaten = ZkError.hasCode(error, 'NODE_EXISTS', 'BAD_VERSION', 'NO_NODE');
        if (!beaten || conflicts >= MOST_CONFLICTS) {
          throw tooManyOr(error, assignment.partitions.size);
        }
      }
    }
    if (Object.keys(topic.configs).length > 0) await configs.announce(entity);
  }

  /** @throws ProtocolError */
  private async extensible(name: string): Promise<StoredTopic> {
    const stored = await this.stored(name);
    const wishes = await reachable(this.options.deletions.getMany([name]));
    if (wishes.some(({ topicId }) => topicId === null || topicId === stored.topicId)) {
      throw new ProtocolError('INVALID_TOPIC_EXCEPTION', `Topic "${name}" is being deleted.`);
    }
    if ([...stored.partitions.values()].some(isBeingReassigned)) {
      throw new ProtocolError(
        'REASSIGNMENT_IN_PROGRESS',
        `Partitions of topic "${name}" are being reassigned; extend it when that is over.`,
      );
    }
    return stored;
  }

  /** @throws ProtocolError */
  private extended(
    { name, partitions }: StoredTopic,
    count: number,
    assignments: readonly (readonly number[])[] | null,
  ): Map<number, PartitionAssignment> {
    const present = partitions.size;
    if (count <= present) {
      throw new ProtocolError(
        'INVALID_PARTITIONS',
        `Topic "${name}" has ${present} partitions; ${count} would not be more.`,
      );
    }
    const first = partitions.get(0)?.replicas ?? [];
    const added = chooseMoreReplicas(first, present, count - present, assignments, this.placement);
    const all = new Map(partitions);
    added.forEach((replicas, index) => all.set(present + index, assigned(replicas)));
    return all;
  }

  /** A name that no topic can have must not become part of a path. */
  private async stored(name: string): Promise<StoredTopic> {
    const stored = isTopicName(name) ? await reachable(this.options.topics.get(name)) : null;
    if (stored) return stored;
    throw new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION', `There is no topic "${name}".`);
  }

  private get placement() {
    const { metadata, numPartitions, replicationFactor, random } = this.options;
    return { brokers: metadata.brokers, numPartitions, replicationFactor, random };
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

/** @throws ProtocolError REQUEST_TIMED_OUT when ZooKeeper could not be reached for too long */
async function reachable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isRepeatable(error)) throw error;
    throw new ProtocolError(
      'REQUEST_TIMED_OUT',
      `ZooKeeper could not be reached; whether the request took effect is not known. ${error.message}`,
      error,
    );
  }
}
