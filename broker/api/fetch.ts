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
import { positionsOf, readPartitions, release, type Fetcher, type Reading } from './fetch-reading';
import type { ApiHandler, RequestContext } from './handler';

export interface FetchDependencies {
  readonly replicas: Pick<ReplicaManager, 'partition' | 'find' | 'purgatory'>;
  readonly sessions: FetchSessionCache;
  readonly metadata: Pick<MetadataCache, 'broker'>;
  readonly logger: Logger;
  /** `fetch.max.bytes`: bound of one response, whatever the client asks for. */
  readonly maxBytes: number;
  /** `replica.selector.class`; undefined when consumers read from the leader only. */
  readonly selector?: ReplicaSelector | undefined;
  /** The throttle of what followers are sent. Default: none. */
  readonly quota?: ReplicationQuota | undefined;
  /** Told of the bytes handed out. */
  onFetched?(topic: string, bytes: number, toFollower: boolean): void;
}

/** Consumers may read from followers from this version on (KIP-392). */
const READS_FROM_FOLLOWERS = 11;

/**
 * Reads whole batches: for consumers what is committed, for followers all there is. When there are
 * fewer than minBytes of them the request waits in the purgatory, then reads again.
 */
export function fetchHandler(dependencies: FetchDependencies): ApiHandler<typeof Fetch> {
  const { replicas, sessions } = dependencies;

  return (request, context) => {
    const fetch = fetchContext(request, sessions);
    if (!('partitions' in fetch)) return fetch;
    const fetcher = fetcherOf(request, context, dependencies);
    const options = {
      ...dependencies,
      maxBytes: Math.min(request.maxBytes, dependencies.maxBytes),
    };
    const answer = (reading: Reading) => respond(fetch, fetcher, reading, context);
    const answerOrWait = (reading: Reading): FetchResponse | Promise<FetchResponse> => {
      const isEnough = reading.bytes >= request.minBytes || reading.isUrgent;
      if (isEnough || request.maxWaitMs <= 0 || reading.outcomes.length === 0) {
        return answer(reading);
      }
      release(reading);
      return waitAndReadAgain();
    };
    const waitAndReadAgain = async () => {
      const positions = positionsOf(fetch.partitions, fetcher, dependencies);
      if (positions) {
        const ready = deferred();
        const { minBytes, maxWaitMs } = request;
        replicas.purgatory.wait(positions, minBytes, maxWaitMs, ready.resolve);
        await ready.promise;
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
    return fetch.respond(reading.outcomes);
  }
}

function fetcherOf(
  { replicaId, rackId, replicaState }: FetchRequest,
  { apiVersion, listenerName }: RequestContext,
  { selector, metadata }: FetchDependencies,
): Fetcher {
  const isFollower = replicaId >= 0;
  const onlyLeader = isFollower || apiVersion < READS_FROM_FOLLOWERS;
  return {
    replicaId,
    brokerEpoch: replicaState.replicaEpoch,
    onlyLeader,
    ...(selector &&
      rackId !== '' &&
      !onlyLeader && {
        preferredReplica: (partition: Partition, fetchOffset: number) =>
          preferredReplica(partition, fetchOffset, rackId, listenerName, selector, metadata),
      }),
  };
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
