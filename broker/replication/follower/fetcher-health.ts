import { backoffMs } from '../../../client/runtime/backoff';
import { describeError } from '../../../client/runtime/error';
import type { FetcherOptions } from './fetcher-options';
import type { Follower } from './follower';

/**
 * First wait after an error that passes by itself, as when leader and follower hear of an election
 * one after the other. Later waits grow up to `replica.fetch.backoff.ms`.
 */
const FIRST_BACKOFF_MS = 50;

/** `corrupt`: what came was damaged; `failed`: it could not be taken over; `refused`: by the leader. */
export type FollowingFailure = 'corrupt' | 'failed' | 'refused';

/**
 * How a fetcher gets on with its leader, and with single partitions: one line in the log when it stops
 * working, one when it works again.
 */
export class FetcherHealth {
  private failures = 0;

  constructor(
    private readonly leader: number,
    private readonly options: FetcherOptions,
  ) {}

  /**
   * A request got no answer, or none that is of use.
   *
   * @returns milliseconds to leave the leader alone for
   */
  failed(error: unknown, partitions: number): number {
    const { leader } = this;
    if (this.failures === 0) {
      this.options.logger.warn(
        { event: 'replica-fetcher-failed', leader, partitions, error: describeError(error) },
        `Fetching from broker ${leader} failed; it is tried again.`,
      );
    }
    return this.backoffAfter(this.failures++);
  }

  succeeded(): void {
    const { failures, leader } = this;
    if (failures === 0) return;
    this.failures = 0;
    this.options.logger.info(
      { event: 'replica-fetcher-recovered', leader, failures },
      `Fetching from broker ${leader} works again.`,
    );
  }

  /** A partition is left out for a while. */
  followingFailed(follower: Follower, error: unknown, what: FollowingFailure): void {
    const { name, log } = follower;
    this.options.logger.warn(
      {
        event: 'follower-fetch-failed',
        what,
        ...this.about(follower, error),
        fetchOffset: log.logEndOffset,
      },
      `Following ${name} failed; it is tried again.`,
    );
  }

  /** A partition is left out until the controller gives another instruction. */
  followingStopped(follower: Follower, error: unknown): void {
    this.options.logger.warn(
      { event: 'follower-stopped', ...this.about(follower, error) },
      `Stopped following ${follower.name} until the controller says how to go on.`,
    );
  }

  /** @param errors in a row before this one */
  backoffAfter(errors: number): number {
    const maxMs = this.options.config.backoffMs;
    const initialMs = Math.min(FIRST_BACKOFF_MS, maxMs);
    return backoffMs({ initialMs, maxMs }, errors, this.options.random);
  }

  private about({ name, leaderEpoch }: Follower, error: unknown) {
    return { partition: name, leader: this.leader, leaderEpoch, error: describeError(error) };
  }
}
