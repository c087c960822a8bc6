import { apis } from '../../../client/protocol/apis';
import { errorFacts } from '../../../client/protocol/error-codes';
import { ConfigResourceType } from '../../../client/protocol/messages/describe-configs';
import { OffsetSpec } from '../../../client/protocol/messages/list-offsets';
import { EpochAsker } from '../../../client/protocol/messages/offset-for-leader-epoch';
import { formatEndpoint, type Connection } from '../../../client/network';
import { describeError } from '../../../client/runtime/error';
import { inChunks } from '../../../zk-coordination/client/pipelined';
import {
  topicPartitionKey,
  type TopicPartition,
} from '../../../zk-coordination/stores/topic-partition';
import type {
  BrokerAnswers,
  Claim,
  LogDirView,
  MetadataPartitionView,
  MetadataTopicView,
  OfficeView,
} from '../snapshot';

/** Partitions in one request; keeps requests and answers small enough for any broker. */
const PARTITIONS_PER_REQUEST = 1000;

/** What a broker tells clients. */
export async function askMetadata(
  connection: Connection,
): Promise<Pick<BrokerAnswers, 'clusterId' | 'controllerId' | 'brokers' | 'topics'>> {
  const body = { topics: null, allowAutoTopicCreation: false };
  const { clusterId, controllerId, brokers, topics } = await connection.send(apis.Metadata, body);
  return {
    clusterId,
    controllerId,
    brokers: new Map(brokers.map((one) => [one.nodeId, formatEndpoint(one)])),
    topics: new Map(
      topics.map(({ name, topicId, partitions }): [string, MetadataTopicView] => [
        name ?? topicId,
        {
          topicId,
          partitions: new Map(
            partitions.map((one): [number, MetadataPartitionView] => [
              one.partitionIndex,
              {
                error: errorFacts(one.errorCode).name,
                leader: one.leaderId,
                leaderEpoch: one.leaderEpoch,
                replicas: one.replicaNodes,
                isr: one.isrNodes,
              },
            ]),
          ),
        },
      ]),
    ),
  };
}

/** `API: from-to` by name of the API. */
export function apiVersionsOf({ brokerVersions }: Connection): Map<string, string> {
  const names = new Map(Object.values(apis).map(({ key, name }) => [key, name]));
  return new Map(
    [...brokerVersions].map(([key, { min, max }]) => [
      names.get(key) ?? `API ${key}`,
      `${min}-${max}`,
    ]),
  );
}

export async function askLogDirs(connection: Connection): Promise<LogDirView[]> {
  const { errorCode, results } = await connection.send(apis.DescribeLogDirs, { topics: null });
  if (errorCode !== 0) throw new Error(`DescribeLogDirs: ${errorFacts(errorCode).name}`);
  return results.map(({ logDir, errorCode: failed, topics }) => ({
    path: logDir,
    error: failed === 0 ? undefined : errorFacts(failed).name,
    partitions: topics.flatMap(({ name: topic, partitions }) =>
      partitions.map(({ partitionIndex: partition, isFutureKey: isFuture }) => ({
        topic,
        partition,
        isFuture,
      })),
    ),
  }));
}

export interface ClaimQuestion extends TopicPartition {
  /** The epoch that the broker shall lead under, -1 for whichever. */
  readonly epoch: number;
}

/** Asks a broker as if it led all of these partitions: only leaders tell where epochs end. */
export async function askClaims(
  connection: Connection,
  questions: readonly ClaimQuestion[],
): Promise<Map<string, Claim>> {
  const claims = new Map<string, Claim>();
  for (const chunk of inChunks(questions, PARTITIONS_PER_REQUEST)) {
    const asked = new Map(chunk.map((one) => [topicPartitionKey(one), one.epoch]));
    const { topics } = await connection.send(apis.OffsetForLeaderEpoch, {
      replicaId: EpochAsker.DEBUG,
      topics: byTopic(chunk).map(([topic, partitions]) => ({
        topic,
        partitions: partitions.map(({ partition, epoch }) => ({
          partition,
          currentLeaderEpoch: epoch,
          leaderEpoch: Math.max(epoch, 0),
        })),
      })),
    });
    for (const { topic, partitions } of topics) {
      for (const { partition, errorCode } of partitions) {
        const key = topicPartitionKey({ topic, partition });
        const error = errorFacts(errorCode).name;
        claims.set(key, { error, askedEpoch: asked.get(key) ?? -1 });
      }
    }
  }
  return claims;
}

const MIN_ISR = 'min.insync.replicas';

/** `min.insync.replicas` of topics as the broker takes it, whoever has set it; of those it knows. */
export async function askMinIsr(
  connection: Connection,
  topics: readonly string[],
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const chunk of inChunks(topics, PARTITIONS_PER_REQUEST)) {
    const { results } = await connection.send(apis.DescribeConfigs, {
      resources: chunk.map((resourceName) => ({
        resourceType: ConfigResourceType.TOPIC,
        resourceName,
        configurationKeys: [MIN_ISR],
      })),
    });
    for (const { errorCode, resourceName, configs } of results) {
      const entry = configs.find(({ name }) => name === MIN_ISR);
      if (errorCode === 0 && entry?.value) found.set(resourceName, Number(entry.value));
    }
  }
  return found;
}

export interface Committed extends TopicPartition {
  readonly offset: number;
}

/** High watermarks, as a leader tells clients; of those partitions that it tells. */
export async function askCommitted(
  connection: Connection,
  partitions: readonly TopicPartition[],
): Promise<Committed[]> {
  const found: Committed[] = [];
  for (const chunk of inChunks(partitions, PARTITIONS_PER_REQUEST)) {
    const { topics } = await connection.send(apis.ListOffsets, {
      isolationLevel: 0,
      topics: byTopic(chunk).map(([name, of]) => ({
        name,
        partitions: of.map(({ partition }) => ({
          partitionIndex: partition,
          timestamp: OffsetSpec.LATEST,
        })),
      })),
    });
    for (const { name: topic, partitions: of } of topics) {
      for (const { partitionIndex: partition, errorCode, offset } of of) {
        if (errorCode === 0) found.push({ topic, partition, offset });
      }
    }
  }
  return found;
}

/** What a follower says when its log ends before the offset asked for. */
const LACKING = ['OFFSET_NOT_AVAILABLE', 'OFFSET_OUT_OF_RANGE'];

/** Those of these offsets that a broker's logs do not reach. */
export async function askLacking(
  connection: Connection,
  wanted: readonly Committed[],
): Promise<Committed[]> {
  const lacking: Committed[] = [];
  for (const chunk of inChunks(wanted, PARTITIONS_PER_REQUEST)) {
    const offsets = new Map(chunk.map((one) => [topicPartitionKey(one), one.offset]));
    const { responses } = await connection.send(apis.Fetch, {
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 1,
      topics: byTopic(chunk).map(([topic, partitions]) => ({
        topic,
        partitions: partitions.map(({ partition, offset }) => ({
          partition,
          fetchOffset: offset,
          partitionMaxBytes: 1,
        })),
      })),
      forgottenTopicsData: [],
    });
    for (const { topic, partitions } of responses) {
      for (const { partitionIndex: partition, errorCode } of partitions) {
        const offset = offsets.get(topicPartitionKey({ topic, partition }));
        if (offset === undefined || !LACKING.includes(errorFacts(errorCode).name)) continue;
        lacking.push({ topic, partition, offset });
      }
    }
  }
  return lacking;
}

/** Whether a broker acts as the controller, and what it is moving. */
export async function askOffice(connection: Connection, timeoutMs: number): Promise<OfficeView> {
  try {
    const { errorCode, topics } = await connection.send(apis.ListPartitionReassignments, {
      timeoutMs,
      topics: null,
    });
    const { name } = errorFacts(errorCode);
    return {
      error: name === 'NONE' ? undefined : name,
      reassignments: topics.flatMap(({ name: topic, partitions }) =>
        partitions.map(({ partitionIndex: partition, ...move }) => ({ topic, partition, ...move })),
      ),
    };
  } catch (error) {
    return { error: describeError(error), reassignments: [] };
  }
}

function byTopic<T extends TopicPartition>(partitions: readonly T[]): [string, T[]][] {
  const topics = new Map<string, T[]>();
  for (const one of partitions) {
    const known = topics.get(one.topic);
    if (known) known.push(one);
    else topics.set(one.topic, [one]);
  }
  return [...topics];
}
