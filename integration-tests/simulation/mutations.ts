import { saveOffsets, type CommitRequest } from '../../broker/coordinator/group/commit';
import type { Group } from '../../broker/coordinator/group/group';
import { GroupCoordinator } from '../../broker/coordinator/group/group-coordinator';
import { OffsetMap } from '../../broker/log/cleaner/offset-map';
import { Follower } from '../../broker/replication/follower/follower';
import { ReplicaFetcher } from '../../broker/replication/follower/replica-fetcher';
import type { Truncation } from '../../broker/replication/follower/truncation';
import { Leadership } from '../../broker/replication/leadership';
import { ClaimedGroup, FencedWriter, type ZkOp, type ZooKeeperClient } from '../../zk-coordination';
import type { ScheduleOptions } from './schedule';
import { ZnodeWriter } from '../../zk-coordination/client/znode-writer';
import { ANY_VERSION } from '../../zk-coordination/multi';

interface FetcherInside {
  prepareOne(follower: Follower): Promise<void> | undefined;
  attempt(follower: Follower, step: () => Promise<void>): Promise<void>;
  cut(follower: Follower, truncation: Truncation): Promise<void>;
}

interface WriterInside {
  execute: unknown;
}

interface ClaimedGroupInside {
  readonly zk: ZooKeeperClient;
  fenced<T>(write: (writer: ZnodeWriter) => Promise<T>): Promise<T>;
  fencedBySelf(ops: readonly ZkOp[]): Promise<unknown>;
}

interface CoordinatorInside {
  commit(groupId: string, request: CommitRequest): Promise<void>;
  group(groupId: string): Promise<Group>;
}

/**
 * Known mistakes, put into the running code from outside: a simulator that does not find them proves
 * nothing by finding nothing. Each replaces methods and returns a function that puts them back.
 */
export const mutations = {
  /** Kafka before KIP-101: a follower goes back to its high watermark and compares no epochs. */
  'truncate-by-high-watermark': () => {
    const { position } = Follower.prototype;
    const fetchers = ReplicaFetcher.prototype as unknown as FetcherInside;
    const { prepareOne } = fetchers;
    return both(
      replace(Follower.prototype, 'position', function (this: Follower, maxBytes) {
        const there = position.call(this, maxBytes);
        return there && { ...there, lastFetchedEpoch: -1 };
      }),
      replace(fetchers, 'prepareOne', function (this: FetcherInside, follower) {
        const { highWatermark: offset, logEndOffset, writtenEndOffset } = follower.log;
        if (follower.checked || offset === logEndOffset || writtenEndOffset !== logEndOffset) {
          return prepareOne.call(this, follower);
        }
        const cut: Truncation = { kind: 'cut', offset, why: 'epochs-unknown' };
        return this.attempt(follower, () => this.cut(follower, cut));
      }),
    );
  },

  /** acks=all is answered when the leader itself has written. */
  'acknowledge-early': () => replace(Leadership.prototype, 'committed', () => Promise.resolve()),

  /** A controller does not prove with its writes that it is still in office. */
  'write-unfenced': () => {
    const fenced = FencedWriter.prototype as unknown as WriterInside;
    const plain = Object.getPrototypeOf(FencedWriter.prototype) as WriterInside;
    return replace(fenced, 'execute', plain.execute);
  },

  /** A coordinator writes to a group without proving that it still has the claim. */
  'write-groups-unfenced': () => {
    const inside = ClaimedGroup.prototype as unknown as ClaimedGroupInside;
    const { fencedBySelf } = inside;
    return both(
      replace(inside, 'fenced', function (this: ClaimedGroupInside, write) {
        return write(new ZnodeWriter(this.zk));
      }),
      replace(inside, 'fencedBySelf', function (this: ClaimedGroupInside, ops) {
        const unfenced = ops.map((op) =>
          op.type === 'set' ? { ...op, version: ANY_VERSION } : op,
        );
        return fencedBySelf.call(this, unfenced);
      }),
    );
  },

  /** A coordinator does not ask who commits, nor of which generation. */
  'commit-unasked': () => {
    const inside = GroupCoordinator.prototype as unknown as CoordinatorInside;
    return replace(inside, 'commit', async function (this: CoordinatorInside, groupId, request) {
      await saveOffsets(await this.group(groupId), request.changes);
    });
  },

  /** Compaction takes each record of a key for superseded, the last one, too. */
  'compact-all-away': () => {
    const { get } = OffsetMap.prototype;
    return replace(OffsetMap.prototype, 'get', function (this: OffsetMap, key) {
      const latest = get.call(this, key);
      return latest < 0 ? latest : latest + 1;
    });
  },
} as const;

export type Mutation = keyof typeof mutations;
export const mutationNames = Object.keys(mutations) as Mutation[];

/** What a schedule has to have for a mistake to be found. */
export const mutationDemands: Partial<
  Record<Mutation, Pick<ScheduleOptions, 'withGroups' | 'withCompaction'>>
> = {
  'write-groups-unfenced': { withGroups: true },
  'commit-unasked': { withGroups: true },
  'compact-all-away': { withCompaction: true },
};

function replace<T extends object, K extends keyof T>(of: T, name: K, by: T[K]): () => void {
  const original = of[name];
  of[name] = by;
  return () => {
    of[name] = original;
  };
}

function both(...undo: (() => void)[]): () => void {
  return () => {
    for (const step of undo) step();
  };
}
