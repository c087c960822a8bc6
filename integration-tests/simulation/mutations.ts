import { Follower } from '../../broker/replication/follower/follower';
import { ReplicaFetcher } from '../../broker/replication/follower/replica-fetcher';
import type { Truncation } from '../../broker/replication/follower/truncation';
import { Leadership } from '../../broker/replication/leadership';
import { FencedWriter } from '../../zk-coordination';

interface FetcherInside {
  prepareOne(follower: Follower): Promise<void> | undefined;
  attempt(follower: Follower, step: () => Promise<void>): Promise<void>;
  cut(follower: Follower, truncation: Truncation): Promise<void>;
}

interface WriterInside {
  execute: unknown;
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
} as const;

export type Mutation = keyof typeof mutations;
export const mutationNames = Object.keys(mutations) as Mutation[];

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
