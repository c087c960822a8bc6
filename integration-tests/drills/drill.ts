import type { SeededRandom } from '../harness/seeded-random';
import type { Ability, ClusterShape, DrillCluster } from './drill-cluster';
import type { ClusterView } from './judge/cluster-view';
import type { Workload, WorkloadShape } from './workload/workload';

/** What a drill's schedule has to work with. */
export interface Stage {
  readonly cluster: DrillCluster;
  readonly workload: Workload;
  readonly view: ClusterView;
  readonly random: SeededRandom;
  /** A line of the drill's timeline. */
  tell(what: string): void;
  /** How often a partition of the main topic got another leader, as ZooKeeper showed. */
  elections(): number;
  /** A count for the verdict line. */
  note(what: string): void;
  wait(ms: number): Promise<void>;
  /** Resolves when the condition holds. Rejects with what was awaited when the time is over. */
  until(what: string, condition: () => boolean | Promise<boolean>, limitMs?: number): Promise<void>;
}

/** What may happen at most, beyond what must never happen. */
export interface Budget {
  /** Milliseconds in which a partition may acknowledge nothing though somebody waits. */
  readonly unavailabilityMs: number;
  /** Sends that may fail. Default 0: whatever happens, retries are enough. */
  readonly failedSends?: number;
}

/** A fault schedule with a workload, written once for all drivers. */
export interface Drill {
  /** Of the catalogue in docs/drills.md: `D01`; variants have a letter, `D07b`. */
  readonly id: string;
  /** `leader-kill` */
  readonly name: string;
  /** One sentence. */
  readonly title: string;
  readonly needs?: readonly Ability[];
  readonly cluster?: Partial<Omit<ClusterShape, 'needs'>>;
  readonly workload?: Partial<WorkloadShape>;
  /** Milliseconds under load before the first fault. Default 3000. */
  readonly warmUpMs?: number;
  /** Milliseconds under load after the last. Default 3000. */
  readonly quietMs?: number;
  readonly budget: Budget;
  /** A drill that takes longer hangs. Default 8 minutes. */
  readonly limitMs?: number;
  /** Events of level error that brokers may log, because the drill makes them. */
  readonly allowedErrors?: readonly string[];
  /** Does the harm and heals it: when it resolves everything runs and every link passes. */
  faults(stage: Stage): Promise<void>;
  /** Looked at when all is quiet and healed, the cluster still running. @returns what is wrong */
  checks?(stage: Stage): Promise<readonly string[]>;
  /**
   * Looked at when the brokers have stopped, by drivers with the ability `files`.
   *
   * @returns what is wrong
   */
  stopped?(stage: Stage): Promise<readonly string[]>;
}
