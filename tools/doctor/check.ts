import type { Finding, Severity } from './finding';
import type { Snapshot } from './snapshot';

/** What a check compares with what; findings are printed in this order. */
export const LAYERS = {
  brokers: 'Brokers and their registrations',
  controller: 'The controller',
  partitions: 'Partitions in ZooKeeper',
  metadata: 'What brokers tell clients',
  leaders: 'Who leads, in their own words',
  logs: 'Log directories, as brokers tell',
  administration: 'Administration',
  disks: 'Disks',
} as const;

export type Layer = keyof typeof LAYERS;

/**
 * One kind of disagreement. `find` is pure: everything it knows is in the snapshot, so that the
 * same check works on a live cluster and in a test.
 */
export interface Check {
  /** Stable; what scripts go by. */
  readonly code: string;
  readonly severity: Severity;
  readonly layer: Layer;
  /** What it means, as a sentence. */
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
  /** When one sees it for a moment in good health; undefined when never. */
  readonly passing?: string;
  find(snapshot: Snapshot): Iterable<Finding>;
}

/** A finding and the check that found it. */
export interface Found extends Finding {
  readonly check: Check;
}

/** Whether there is anything in the snapshot for this check to look at. */
export function applies(check: Check, snapshot: Snapshot): boolean {
  return check.layer !== 'disks' || snapshot.disks.length > 0;
}
