import type { RequestOf } from '../../../client/protocol/api';
import { errorFacts } from '../../../client/protocol/error-codes';
import type { Fetch } from '../../../client/protocol/messages/fetch';
import { ZERO_UUID } from '../../../client/protocol/schema';
import { oneRecord } from '../../log/testing/log-fixture';
import { FetchSessionCache } from '../../replication/fetch-session-cache';
import type { Partition } from '../../replication/partition';
import { replicaSelector } from '../../replication/replica-selector';
import { ReplicaFixture, topicId } from '../../replication/testing/replica-fixture';
import { fetchHandler } from '../fetch';
import type { FetchPartitionResponse, FetchResponse } from '../fetch-context';
import { requestContext } from './request-context';

export type FetchRequest = RequestOf<typeof Fetch>;
export type WantedPartition = FetchRequest['topics'][number]['partitions'][number];

const RACKS = new Map([
  [1, 'a'],
  [2, 'b'],
  [3, 'b'],
]);

/** Broker 1, which leads partition `t-0` of brokers 1, 2 and 3, as those see it that fetch from it. */
export class FetchedBroker {
  readonly namesById = new Map([[topicId, 't']]);
  /** Whether the throttle of replication lets nothing more through. */
  isThrottled = false;
  readonly sessions: FetchSessionCache;
  private readonly handle: ReturnType<typeof fetchHandler>;

  private constructor(
    readonly replica: ReplicaFixture,
    readonly partition: Partition,
  ) {
    this.sessions = new FetchSessionCache({
      slots: 2,
      now: () => replica.clock.monotonic(),
      random: () => 0.5,
    });
    this.handle = fetchHandler({
      replicas: replica.replicas,
      sessions: this.sessions,
      metadata: {
        topicNameOf: (id) => this.namesById.get(id),
        broker: (id) => ({
          id,
          epoch: 1,
          rack: RACKS.get(id) ?? null,
          endpoints: new Map([['PLAINTEXT', { host: 'h', port: id }]]),
        }),
      },
      logger: replica.logger,
      maxBytes: 1024 * 1024,
      quota: { isThrottled: () => this.isThrottled, isExceeded: true, record: () => {} },
      selector: replicaSelector('org.apache.kafka.common.replica.RackAwareReplicaSelector'),
    });
  }

  static async open(): Promise<FetchedBroker> {
    const replica = await ReplicaFixture.open();
    return new FetchedBroker(replica, await replica.obey());
  }

  close(): Promise<void> {
    return this.replica.close();
  }

  /** What is asked of a partition: of `t-0`, all of it, unless said otherwise. */
  wanted(changes: Partial<WantedPartition> = {}): WantedPartition {
    return {
      partition: 0,
      currentLeaderEpoch: this.partition.leaderEpoch,
      fetchOffset: 0,
      lastFetchedEpoch: -1,
      logStartOffset: -1,
      partitionMaxBytes: 1024 * 1024,
      replicaDirectoryId: ZERO_UUID,
      ...changes,
    };
  }

  /** A consumer's request that is not willing to wait, unless said otherwise. */
  request(changes: Partial<WantedPartition> = {}, rest: Partial<FetchRequest> = {}): FetchRequest {
    return {
      clusterId: null,
      replicaId: -1,
      replicaState: { replicaId: -1, replicaEpoch: -1 },
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 1024 * 1024,
      isolationLevel: 0,
      sessionId: 0,
      sessionEpoch: -1,
      topics: [{ topic: 't', topicId: ZERO_UUID, partitions: [this.wanted(changes)] }],
      forgottenTopicsData: [],
      rackId: '',
      ...rest,
    };
  }

  /** @param changes of what the session fetches; none of them by default */
  inSession(
    sessionId: number,
    sessionEpoch: number,
    changes?: Partial<WantedPartition>,
  ): FetchRequest {
    const request = this.request(changes, { sessionId, sessionEpoch });
    return changes ? request : { ...request, topics: [] };
  }

  /** What makes a request that of another broker. */
  follower(
    id: number,
    replicaEpoch = this.replica.live.get(id) ?? -1,
  ): Pick<FetchRequest, 'replicaId' | 'replicaState'> {
    return { replicaId: id, replicaState: { replicaId: id, replicaEpoch } };
  }

  fetch(request: FetchRequest, apiVersion = 12): FetchResponse | Promise<FetchResponse> {
    const context = requestContext({ apiVersion });
    return this.handle(request, context) as FetchResponse | Promise<FetchResponse>;
  }

  /** The answer about the one partition asked about, its error by name. */
  async one(
    request: FetchRequest,
    apiVersion?: number,
  ): Promise<FetchPartitionResponse & { error: string }> {
    const response = (await this.fetch(request, apiVersion)).responses[0]?.partitions[0];
    if (!response) throw new Error('There is no answer about the partition.');
    return { ...response, error: errorFacts(response.errorCode).name };
  }

  async commit(count: number): Promise<void> {
    await this.replica.append(this.partition, count);
    const end = this.partition.leaderLog().writtenEndOffset;
    for (const id of [2, 3]) this.replica.fetch(this.partition, id, end);
  }
}

/** How many of {@link ReplicaFixture.append}. */
export function recordsIn({ records }: FetchPartitionResponse): number {
  return Math.round((records?.length ?? 0) / oneRecord('record 0').length);
}
