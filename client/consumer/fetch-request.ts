import type { apis } from '../protocol/apis';
import type { RequestInput } from '../protocol/api';
import type { ClusterMetadata } from '../network';
import type { ResolvedConsumerOptions } from './consumer-options';
import type { FetchPlan } from './fetch-plan';

type FetchRequest = RequestInput<typeof apis.Fetch>;

/** `isolation.level` as the wire knows it. */
export function isolationLevelId(level: ResolvedConsumerOptions['isolationLevel']): number {
  return level === 'read_committed' ? 1 : 0;
}

/** The request for a plan: topics and partitions in the order of their claims. */
export function fetchRequest(
  { partitions, leavesOut }: FetchPlan,
  maxBytes: number,
  options: ResolvedConsumerOptions,
  metadata: ClusterMetadata,
): FetchRequest {
  const topics = new Map<string, FetchRequest['topics'][number]['partitions'][number][]>();
  for (const { topic, partition, fetchOffset, fetchedEpoch } of partitions) {
    const wanted = {
      partition,
      fetchOffset,
      lastFetchedEpoch: fetchedEpoch,
      currentLeaderEpoch: metadata.partition(topic, partition)?.leaderEpoch ?? -1,
      partitionMaxBytes: options.maxPartitionFetchBytes,
    };
    const others = topics.get(topic);
    if (others) others.push(wanted);
    else topics.set(topic, [wanted]);
  }
  return {
    maxWaitMs: leavesOut ? 0 : options.fetchMaxWaitMs,
    minBytes: options.fetchMinBytes,
    maxBytes,
    isolationLevel: isolationLevelId(options.isolationLevel),
    topics: [...topics].map(([topic, wanted]) => ({ topic, partitions: wanted })),
    forgottenTopicsData: [],
    rackId: options.clientRack,
  };
}
