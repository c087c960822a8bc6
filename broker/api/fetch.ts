import type { Fetch } from '../../client/protocol/messages/fetch';
import { deferred } from '../../client/runtime/deferred';
import type { Logger } from '../../client/runtime/logger';
import type { MetadataCache } from '../metadata/metadata-cache';
import type { FetchSessionCache } from '../replication/fetch-session-cache';
import type { Partition } from '../replication/partition';
import type { ReplicaManager } from '../replication/replica-manager';
import type { ReplicationQuota } from '../replication/replication-quota';
import type { ReplicaSelector, ReplicaView } from '../replication/replica-selector';
import {
  fetchContext,
  type FetchContext,
  type FetchRequest,
  type FetchResponse,
} from './fetch-context';
import { endpointsFor } from './endpoints';
import { readPartitions, release, standIn, type Fetcher, type Reading } from './fetch-reading';
import type { ApiHandler, RequestContext } from './handler';

export interface FetchDependencies {
  readonly replicas: Pick<ReplicaManager, 'partition' | 'find' | 'purgatory'>;
  readonly sessions: FetchSessionCache;
  readonly metadata: Pick<MetadataCache, 'broker' | 'topicNameOf'>;
  readonly logger: Logger;
  /** `fetch.max.bytes`: bound of one response, whatever the client asks for. */
  readonly maxBytes: number;
  /** `replica.selector.class`; undefined when consumers read from the leader only. */
  readonly selector?: ReplicaSelector | undefined;
  /** The throttle of what followers are sent. Default: none. */
  readonly quota?: Pick<ReplicationQuota, 'isThrottled' | 'isExceeded' | 'record'> | undefined;
  /** Told of the bytes handed out. */
  onFetched?(topic: string, bytes: number, toFollower: boolean): void;
}

/** Topics go by their ids from this version on (KIP-516). */
const FIRST_BY_ID = 13;
/** A follower's id stands elsewhere from this version on (KIP-903). */
const FIRST_WITH_REPLICA_STATE = 15;
/** Clients are told where the leaders are that answers refer to (KIP-951). */
const FIRST_WITH_ENDPOINTS = 16;
/** Consumers may read from followers from this version on (KIP-392). */
const READS_FROM_FOLLOWERS = 11;

/**
 * Reads whole batches: for consumers what is committed, for followers all there is. When there are
 * fewer than minBytes of them the request waits in the purgatory, then reads again.
 */
export function fetchHandler(dependencies: FetchDependencies): ApiHandler<typeof Fetch> {
  const { replicas, sessions, metadata, logger, quota } = dependencies;
  const topicNameOf = (topicId: string) => metadata.topicNameOf(topicId);

  return (request, context) => {
    const fetcher = fetcherOf(request, context, dependencies);
    const fetch = fetchContext(request, {
      sessions,
      isFollower: fetcher.replicaId >= 0,
      topicNameOf: context.apiVersion >= FIRST_BY_ID ? topicNameOf : undefined,
    });
    if (!('partitions' in fetch)) return fetch;
    const maxBytes = Math.min(request.maxBytes, dependencies.maxBytes);
    const options = { replicas, logger, quota, maxBytes };
    const answer = (reading: Reading) => respond(fetch, fetcher, reading, context);
    const answerOrWait = (reading: Reading): FetchResponse | Promise<FetchResponse> => {
      const isEnough = reading.bytes >= request.minBytes || reading.isUrgent;
      if (isEnough || request.maxWaitMs <= 0 || reading.partitions === 0) {
        return answer(reading);
      }
      release(reading);
      return waitAndReadAgain(reading);
    };
    const waitAndReadAgain = async (before: Reading) => {
      const { purgatory } = replicas;
      const waiter = fetch.session?.waiter(purgatory) ?? purgatory.waiter();
      if (standIn(waiter, fetch.partitions, fetcher, before, dependencies)) {
        const ready = deferred<boolean>();
        const { isHeldBack } = waiter;
        waiter.wait(request.minBytes, request.maxWaitMs, ready.resolve);
        const changed = await ready.promise;
        // For a follower of a thousand partitions the same look once more costs something.
        if (!changed && !isHeldBack && before.buffers.length === 0) return answer(before);
      }
      return answer(await readPartitions(fetch.partitions, fetcher, false, options));
    };
    const reading = readPartitions(fetch.partitions, fetcher, true, options);
    return reading instanceof Promise ? reading.then(answerOrWait) : answerOrWait(reading);
  };

  function respond(
    fetch: FetchContext,
    { replicaId }: Fetcher,
    reading: Reading,
    context: RequestContext,
  ): FetchResponse {
    if (reading.buffers.length > 0) context.onSent(() => release(reading));
    for (const { topic, response } of reading.outcomes) {
      const bytes = response.records?.length ?? 0;
      if (bytes === 0) continue;
      dependencies.onFetched?.(topic, bytes, replicaId >= 0);
      const partition = response.partitionIndex;
      if (replicaId >= 0) dependencies.quota?.record({ topic, partition }, bytes);
    }
    const response = fetch.respond(reading.outcomes);
    if (context.apiVersion >= FIRST_WITH_ENDPOINTS) addEndpoints(response, context, metadata);
    return response;
  }
}

function fetcherOf(
  request: FetchRequest,
  { apiVersion, listenerName }: RequestContext,
  { selector, metadata }: FetchDependencies,
): Fetcher {
  const { rackId, replicaState } = request;
  const { replicaId } = apiVersion >= FIRST_WITH_REPLICA_STATE ? replicaState : request;
  const isFollower = replicaId >= 0;
  const onlyLeader = isFollower || apiVersion < READS_FROM_FOLLOWERS;
  const fetcher: Fetcher = { replicaId, brokerEpoch: replicaState.replicaEpoch, onlyLeader };
  if (!selector || rackId === '' || onlyLeader) return fetcher;
  return {
    ...fetcher,
    preferredReplica: (partition, fetchOffset) =>
      preferredReplica(partition, fetchOffset, rackId, listenerName, selector, metadata),
  };
}

/** Tells where the leaders are that the response refers to. */
function addEndpoints(
  response: FetchResponse,
  { listenerName }: RequestContext,
  metadata: Pick<MetadataCache, 'broker'>,
): void {
  const refersToLeaders = response.responses.some(({ partitions }) =>
    partitions.some(({ currentLeader }) => currentLeader !== undefined),
  );
  if (!refersToLeaders) return;
  const leaders = response.responses
    .flatMap(({ partitions }) => partitions)
    .flatMap(({ currentLeader }) => metadata.broker(currentLeader?.leaderId ?? -1) ?? []);
  response.nodeEndpoints = endpointsFor([...new Set(leaders)], listenerName).map(
    ({ id, ...endpoint }) => ({ nodeId: id, ...endpoint }),
  );
}

/** @returns broker id, -1 for this one */
function preferredReplica(
  partition: Partition,
  fetchOffset: number,
  rackId: string,
  listenerName: string,
  select: ReplicaSelector,
  metadata: Pick<MetadataCache, 'broker'>,
): number {
  if (!partition.isLeader) return -1;
  const { isr, log } = partition.leading();
  const leader: ReplicaView = {
    brokerId: partition.leader,
    rack: metadata.broker(partition.leader)?.rack ?? null,
    logEndOffset: log.logEndOffset,
    caughtUpAt: Infinity,
  };
  const replicas: ReplicaView[] = [leader];
  for (const follower of partition.leading().progress()) {
    const { brokerId, logStartOffset, logEndOffset, caughtUpAt } = follower;
    const broker = metadata.broker(brokerId);
    // One that is not in sync would fall further and further behind its readers.
    if (!isr.includes(brokerId) || !broker?.endpoints.has(listenerName)) continue;
    if (fetchOffset < logStartOffset || fetchOffset > logEndOffset) continue;
    replicas.push({ brokerId, rack: broker.rack, logEndOffset, caughtUpAt });
  }
  const selected = select(rackId, replicas, leader);
  return selected === leader.brokerId ? -1 : selected;
}
