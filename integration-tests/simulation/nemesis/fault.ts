import type { Admin } from '../../../client/admin';
import type { SeededRandom } from '../../harness/seeded-random';
import type { Simulation } from '../cluster/simulation';
import type { SimGroup } from '../groups/sim-group';

/** A broker whose session was ended before its time may not hear of it for longer than its lease. */
export const EXPIRY_UNNOTICED_MS = 15_000;

/** What faults work on. */
export interface Battlefield {
  readonly simulation: Simulation;
  readonly random: SeededRandom;
  /** For faults that are requests of an administrator. */
  readonly admin: Admin;
  /** The topic that is written and read. */
  readonly topic: string;
  readonly partitions: number;
  /** Consumers that share the topic. */
  readonly groups: readonly SimGroup[];
  /**
   * Records of a partition are about to be deleted.
   *
   * @returns the offset below which all have been read, so that nobody misses them
   */
  deleting(partition: number): number;
}

/** A fault that has begun. */
export interface Trouble {
  /** For the trace. */
  readonly what: string;
  /** Milliseconds until it is healed. */
  readonly lastsMs: number;
  heal(): void;
}

/** One kind of thing that goes wrong. */
export interface Fault {
  readonly name: string;
  /** How often it is chosen, compared with the others. */
  readonly weight: number;
  /**
   * It may take what was written and not flushed, which `acks=all` survives only where the others
   * have it: it begins when all replicas are in sync, and nothing else begins until they are again.
   */
  readonly losesData?: boolean;
  /** @returns undefined when there is nothing to do it to */
  begin(field: Battlefield): Trouble | undefined;
}
