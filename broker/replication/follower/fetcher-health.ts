import { backoffMs } from '../../../client/runtime/backoff';
import { describeError } from '../../../client/runtime/error';
import type { FetcherOptions } from './fetcher-options';

/**
 * First wait after an error that passes by itself, as when leader and follower hear of an election
 * one after the other. Later waits grow up to `replica.fetch.backoff.ms`.
 */
const FIRST_BACKOFF_MS = 50;

/** How a fetcher gets on with its leader: one line in the log when it stops working, one when it works again. */
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

  /** @param errors in a row before this one */
  backoffAfter(errors: number): number {
    const maxMs = this.options.config.backoffMs;
    const initialMs = Math.min(FIRST_BACKOFF_MS, maxMs);
    return backoffMs({ initialMs, maxMs }, errors, this.options.random);
  }
}
