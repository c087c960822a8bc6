import { ErrorCode, errorFacts } from '../../../client/protocol/error-codes';
import { Fetch } from '../../../client/protocol/messages/fetch';
import type { ResponseOf } from '../../../client/protocol/api';
import { ProtocolError } from '../../../client/protocol/protocol-error';
import { deferred, type Deferred } from '../../../client/runtime/deferred';
import type { PeerChannel } from '../../peers/peer-channel';
import type { FetchSessionBuilder, SessionEntry } from './fetch-session-builder';
import { FetcherHealth } from './fetcher-health';
import type { FetcherOptions } from './fetcher-options';
import type { Follower } from './follower';
import { reactionTo } from './follower-position';
import { FollowerRoster } from './follower-roster';
import { askLeaderRanges } from './leader-range';
import {
  truncationAt,
  truncationBeforeFetch,
  truncationToLeaderRange,
  type Truncation,
} from './truncation';

type FetchResponse = ResponseOf<typeof Fetch>;
type PartitionData = FetchResponse['responses'][number]['partitions'][number];

/** Wait for the last appends of this broker's own leadership to be written. */
const WRITE_SETTLE_MS = 5;
/** Longest wait of a fetch while logs are being cut, which takes as long as a few flushes. */
const WAIT_DURING_CUTS_MS = 10;

/**
 * Copies partitions from one leader (Kafka's ReplicaFetcherThread): one connection, one request at
 * a time, one fetch session. A round is: look after the followers that something has happened to,
 * fetch, apply the answer, wait until all of it is written. Only what is written is asked to be
 * continued, because leaders take a fetch offset for a receipt; the writes of a round run side by
 * side, and a group write seldom takes longer than the end of the turn.
 *
 * Followers come and go at any time, a round notices after each wait: it looks for the follower in
 * the roster or asks it whether it is retired. An idle round costs the same for one partition
 * and for a thousand.
 */
export class ReplicaFetcher {
  /** Resolves when the fetcher has come to rest after {@link close}. */
  readonly done: Promise<void>;
  private readonly channel: PeerChannel;
  private readonly health: FetcherHealth;
  private readonly roster: FollowerRoster;
  /** Of the roster. */
  private readonly session: FetchSessionBuilder<Follower>;
  private refusalsInARow = 0;
  /** Logs that are being cut. */
  private cutting = 0;
  /** While there is nothing to fetch. */
  private idle: Deferred<void> | undefined;
  /** While the leader is left alone after a failure. */
  private pausing: Deferred<void> | undefined;
  private closed = false;

  constructor(
    readonly leader: number,
    private readonly options: FetcherOptions,
  ) {
    this.channel = options.peers.open(leader, 'fetch');
    this.health = new FetcherHealth(leader, options);
    this.roster = new FollowerRoster(options, this.health, () => this.idle?.resolve());
    this.session = this.roster.session;
    this.done = this.run();
  }

  /** Partitions in its care, those that are delayed or stopped included. */
  get size(): number {
    return this.roster.size;
  }

  add(follower: Follower): void {
    this.roster.add(follower);
  }

  /** Call it after {@link Follower.retire}. */
  remove(follower: Follower): void {
    this.roster.remove(follower);
  }

  close(): void {
    this.closed = true;
    this.channel.close();
    this.roster.close();
    this.idle?.resolve();
    this.pausing?.resolve();
  }

  private get backoffMs(): number {
    return this.options.config.backoffMs;
  }

  /** Whoever is left out now and comes back soon must not wait until the others have news. */
  private get waitMs(): number {
    const untilNext = this.cutting > 0 ? WAIT_DURING_CUTS_MS : this.roster.untilNext;
    return Math.min(this.options.config.waitMaxMs, Math.ceil(untilNext));
  }

  private async run(): Promise<void> {
    // Nothing happens inside of the caller's call.
    await Promise.resolve();
    while (!this.closed) {
      try {
        this.prepare();
        if (this.roster.isAnyTouched) continue;
        if (this.session.size > 0) await this.round();
        else await (this.idle = deferred()).promise;
      } catch (error) {
        // Errors are dealt with where they belong to; one that gets here must not end the loop.
        this.session.failed();
        await this.backOff(error);
      }
    }
  }

  private prepare(): void {
    for (const follower of this.roster.takeTouched())
      void this.guard(follower, () => this.prepareOne(follower));
  }

  /** Puts a follower into the session, or has its log cut first. */
  private prepareOne(follower: Follower): undefined {
    const { topicPartition } = follower;
    if (!this.roster.has(follower) || follower.phase !== 'fetching') return;
    const position = follower.position(this.options.config.partitionMaxBytes);
    if (!position) {
      this.roster.pause(follower, WRITE_SETTLE_MS);
      return;
    }
    if (!follower.checked) {
      const truncation = truncationBeforeFetch(follower.log);
      if (truncation) {
        this.cut(follower, truncation);
        return;
      }
      follower.checked = true;
    }
    const allowance = this.options.allowance?.(topicPartition) ?? Infinity;
    // Followers in sync are not throttled: they would fall out of the ISR and come back.
    if (allowance <= 0 && follower.lag !== 0) this.roster.pause(follower, this.backoffMs);
    else this.session.set({ topicPartition, owner: follower, position });
  }

  private async round(): Promise<void> {
    const { config, brokerId } = this.options;
    const request = {
      replicaId: brokerId,
      // So that a fetch of a former life, late on its way, does not count (KIP-903).
      replicaState: { replicaId: brokerId, replicaEpoch: this.options.brokerEpoch() },
      maxWaitMs: this.waitMs,
      minBytes: config.minBytes,
      maxBytes: config.responseMaxBytes,
      ...this.session.next(),
    };
    let response: FetchResponse;
    try {
      response = await this.channel.send(Fetch, request, { timeoutMs: config.socketTimeoutMs });
    } catch (error) {
      this.session.failed();
      await this.backOff(error);
      return;
    }
    if (this.closed) return;
    if (this.session.received(response) === 'refused') await this.refused(response.errorCode);
    else await this.take(response);
    // All of it is written, or will not be.
    this.channel.giveBack?.(response);
  }

  private take({ responses }: FetchResponse): Promise<unknown> | undefined {
    this.refusalsInARow = 0;
    this.health.succeeded();
    const works: Promise<void>[] = [];
    const outOfRange: Follower[] = [];
    for (const { topic, partitions } of responses) {
      for (const data of partitions) {
        const entry = this.session.entry(topic, data.partitionIndex);
        if (!entry || !isStill(entry)) {
          // Said to somebody who is not there any more; a successor must hear it as well.
          this.session.restart();
          continue;
        }
        const { owner } = entry;
        switch (reactionTo(data.errorCode)) {
          case 'take': {
            const work = this.guard(owner, () => this.apply(owner, data));
            if (work) works.push(work);
            break;
          }
          case 'reset':
            outOfRange.push(owner);
            break;
          default:
            this.roster.refused(owner, data.errorCode);
        }
      }
    }
    if (outOfRange.length > 0) works.push(this.reset(outOfRange));
    return allOf(works);
  }

  /** Applies a partition's share of a response. Nothing to append, nothing to wait for. */
  private apply(follower: Follower, data: PartitionData): Promise<void> | undefined {
    const { divergingEpoch, records } = data;
    if (divergingEpoch.epoch >= 0) {
      const { epoch: leaderEpoch, endOffset } = divergingEpoch;
      this.cut(follower, truncationAt({ leaderEpoch, endOffset }, follower.log));
      return undefined;
    }
    if (records && records.length > 0) {
      const appended = () => {
        if (follower.retired) return;
        this.options.onBytesIn?.(follower.topicPartition, records.length);
        this.applied(follower, data);
      };
      return follower
        .append(records)
        .then(appended)
        .catch((error: unknown) => this.roster.failed(follower, error));
    }
    this.applied(follower, data);
    return undefined;
  }

  private applied(follower: Follower, data: PartitionData): void {
    follower.adopt(data);
    follower.errorsInARow = 0;
    follower.failed = false;
    this.roster.touch(follower);
  }

  /**
   * Cuts a log before anything else of its partition is believed. It leaves the session, so that the
   * leader says all again: the high watermark it sent along was meant for a log that agrees with its
   * own. The other partitions are fetched meanwhile: a cut takes as long as the disk does.
   */
  private cut(follower: Follower, truncation: Truncation | undefined): void {
    if (!truncation) {
      this.roster.delayMore(follower);
      return;
    }
    this.roster.leaveOut(follower);
    follower.phase = 'cutting';
    this.cutting++;
    const cut = this.attempt(follower, async () => {
      await follower.truncate(truncation);
      if (!this.roster.has(follower)) return;
      follower.checked = true;
      follower.phase = 'fetching';
      this.roster.touch(follower);
    });
    void cut.then(() => this.cutting--);
  }

  /** The leader has nothing at the offsets asked for: finds out what it has. */
  private async reset(followers: readonly Follower[]): Promise<void> {
    const { brokerId, config } = this.options;
    let ranges: Awaited<ReturnType<typeof askLeaderRanges>>;
    try {
      ranges = await askLeaderRanges(this.channel, brokerId, followers, config.socketTimeoutMs);
    } catch (error) {
      for (const follower of followers) this.roster.failed(follower, error);
      return;
    }
    for (const follower of followers) {
      if (!this.roster.has(follower)) continue;
      const range = ranges.get(follower.name);
      if (!range) {
        this.roster.delayFully(follower);
      } else if (range.errorCode !== 0) {
        this.roster.refused(follower, range.errorCode);
      } else {
        void this.guard(follower, () => {
          this.cut(follower, truncationToLeaderRange(range, follower.log));
          return undefined;
        });
      }
    }
  }

  /** Runs a step that may change the log, and deals with its failure. */
  private async attempt(follower: Follower, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.roster.failed(follower, error);
    }
  }

  /** As {@link attempt}, for a step that may be done at once. */
  private guard(follower: Follower, step: () => Promise<void> | undefined) {
    try {
      return step();
    } catch (error) {
      this.roster.failed(follower, error);
      return undefined;
    }
  }

  /** The leader does not know the session, or does not want to answer at all. */
  private async refused(errorCode: number): Promise<void> {
    const { FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, NONE } = ErrorCode;
    const ofSession: readonly number[] = [
      NONE,
      FETCH_SESSION_ID_NOT_FOUND,
      INVALID_FETCH_SESSION_EPOCH,
    ];
    if (ofSession.includes(errorCode) && ++this.refusalsInARow === 1) return;
    await this.backOff(new ProtocolError(errorFacts(errorCode).name));
  }

  private async backOff(error: unknown): Promise<void> {
    if (this.closed) return;
    const pausing = (this.pausing = deferred());
    const ms = this.health.failed(error, this.roster.size);
    const timer = this.options.clock.setTimeout(() => pausing.resolve(), ms);
    await pausing.promise;
    this.options.clock.clearTimeout(timer);
    this.pausing = undefined;
  }
}

/** Resolves when all of them have; undefined when there are none. */
function allOf(works: readonly Promise<void>[]): Promise<unknown> | undefined {
  return works.length > 1 ? Promise.all(works) : works[0];
}

/** Whether an answer still fits: nothing but an answer moves a follower's log, but be sure. */
function isStill({ owner, position }: SessionEntry<Follower>): boolean {
  return !owner.retired && !owner.busy && owner.log.logEndOffset === position.fetchOffset;
}
