import { errorFacts } from '../../../client/protocol/error-codes';
import { ProtocolError } from '../../../client/protocol/protocol-error';
import { InvalidBatchError } from '../../../client/records';
import { LogBusyError, LogStorageError, type Log } from '../../log';
import { Delays } from './delays';
import { FetchSessionBuilder } from './fetch-session-builder';
import type { FetcherHealth, FollowingFailure } from './fetcher-health';
import type { FetcherOptions } from './fetcher-options';
import type { Follower } from './follower';
import { reactionTo } from './follower-position';

/**
 * The followers in the care of a fetcher: who takes part in the next fetch, who is left out of it,
 * for how long and why. {@link touch} brings one back in: it is looked after before the next fetch.
 *
 * A follower that was removed, or whose place another has taken, is not there any more: whatever is
 * still said about it changes nothing.
 */
export class FollowerRoster {
  /** What is fetched. */
  readonly session = new FetchSessionBuilder<Follower>();
  private readonly followers = new Map<string, Follower>();
  /** Those whose position may have changed. */
  private readonly touched = new Set<Follower>();
  private readonly delays: Delays<Follower>;

  /** @param onTouched called when there is one to look after */
  constructor(
    private readonly options: FetcherOptions,
    private readonly health: FetcherHealth,
    private readonly onTouched: () => void,
  ) {
    this.delays = new Delays(options.clock);
  }

  /** Those that are delayed or stopped included. */
  get size(): number {
    return this.followers.size;
  }

  get isAnyTouched(): boolean {
    return this.touched.size > 0;
  }

  /** Milliseconds until the first that is delayed comes back; Infinity when none is. */
  get untilNext(): number {
    return this.delays.untilNext;
  }

  add(follower: Follower): void {
    this.followers.set(follower.name, follower);
    this.touch(follower);
  }

  remove(follower: Follower): void {
    if (!this.has(follower)) return;
    this.followers.delete(follower.name);
    this.leaveOut(follower);
  }

  has(follower: Follower): boolean {
    return this.followers.get(follower.name) === follower;
  }

  /** Has a follower looked after before the next fetch. */
  touch(follower: Follower): void {
    if (!this.has(follower)) return;
    this.touched.add(follower);
    this.onTouched();
  }

  /** Those to be looked after now. */
  takeTouched(): Follower[] {
    const touched = [...this.touched];
    this.touched.clear();
    return touched;
  }

  /** Fetches for it no more, until it is touched. */
  leaveOut(follower: Follower): void {
    this.touched.delete(follower);
    this.delays.cancel(follower);
    const { topicPartition } = follower;
    const entry = this.session.entry(topicPartition.topic, topicPartition.partition);
    if (entry?.owner === follower) this.session.remove(topicPartition);
  }

  /** Leaves a follower out for a while, which is no failure of its own. */
  pause(follower: Follower, ms: number): void {
    this.leaveOut(follower);
    follower.phase = 'delayed';
    this.delays.add(follower, ms, () => {
      follower.phase = 'fetching';
      this.touch(follower);
    });
  }

  /** Nothing can be done about a follower yet: leaves it out, a bit longer each time. */
  delayMore(follower: Follower): void {
    this.delay(follower, this.health.backoffAfter(follower.errorsInARow));
  }

  /** As {@link delayMore}, for `replica.fetch.backoff.ms` at once. */
  delayFully(follower: Follower): void {
    this.delay(follower, this.options.config.backoffMs);
  }

  /** The leader answered with a partition's error. */
  refused(follower: Follower, errorCode: number): void {
    const error = new ProtocolError(errorFacts(errorCode).name);
    switch (reactionTo(errorCode)) {
      case 'await-epoch':
        this.stop(follower, error);
        break;
      case 'complain':
        this.complain(follower, error, 'refused');
        this.delayFully(follower);
        break;
      default:
        this.delayMore(follower);
    }
  }

  /** What came could not be taken over. */
  failed(follower: Follower, error: unknown): void {
    if (!this.has(follower)) return;
    if (error instanceof LogStorageError && !isAlive(follower.log)) {
      this.stop(follower, error);
      return;
    }
    if (!(error instanceof LogBusyError)) follower.failed = true;
    this.complain(follower, error, error instanceof InvalidBatchError ? 'corrupt' : 'failed');
    this.delayFully(follower);
  }

  close(): void {
    this.delays.close();
  }

  private complain(follower: Follower, error: unknown, what: FollowingFailure): void {
    if (follower.errorsInARow === 0) this.health.followingFailed(follower, error, what);
  }

  private stop(follower: Follower, error: unknown): void {
    this.leaveOut(follower);
    follower.phase = 'stopped';
    follower.failed = true;
    this.health.followingStopped(follower, error);
  }

  private delay(follower: Follower, ms: number): void {
    follower.errorsInARow++;
    this.pause(follower, ms);
  }
}

/** Whether the log's directory works; a full disk heals by itself, a failed directory does not. */
function isAlive(log: Log): boolean {
  try {
    log.estimateBytes(log.logStartOffset, log.logStartOffset);
    return true;
  } catch {
    return false;
  }
}
