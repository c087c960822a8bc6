import type { Clock } from '../../../client/runtime/clock';
import type { Logger } from '../../../client/runtime/logger';

/** The configs of groups; asked for each time, since they may change. */
export interface GroupConfigs {
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  /** Milliseconds a new group waits for more members. */
  readonly initialRebalanceDelayMs: number;
  readonly maxSize: number;
  readonly offsetsRetentionMs: number;
  /** Milliseconds a commit may take. */
  readonly commitTimeoutMs: number;
}

export interface GroupEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  /** A new random id for members. */
  readonly newId: () => string;
  readonly configs: () => GroupConfigs;
}
