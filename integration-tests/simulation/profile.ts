import type { Fault } from './nemesis/fault';
import { allFaults } from './nemesis/nemesis';
import { losePower } from './nemesis/process-faults';

/** How the cluster of one schedule is set up. */
export interface Profile {
  /** For the trace. */
  readonly name: string;
  /** Of all brokers. */
  readonly configs: Readonly<Record<string, string>>;
  readonly faults: readonly Fault[];
  /** Of the reader, who then reads from the replica in its rack. */
  readonly readerRack: string | undefined;
}

const FLUSHED = { 'log.flush.interval.messages': '1' };
const RACK_AWARE = { 'replica.selector.class': 'RackAwareReplicaSelector' };

/** What is acknowledged is flushed: nothing may be lost even when everybody loses their power. */
const flushedFaults: readonly Fault[] = [
  ...allFaults.map((fault) => ({ ...fault, losesData: false })),
  losePower,
];

/** The seed says how the cluster is set up: mostly as it comes, now and then otherwise. */
export function profileOf(seed: number): Profile {
  const flushed = seed % 5 === 4;
  const near = seed % 3 === 2;
  return {
    name: `${flushed ? 'flushed' : 'in memory'}, read ${near ? 'nearby' : 'from the leader'}`,
    configs: { ...(flushed && FLUSHED), ...(near && RACK_AWARE) },
    faults: flushed ? flushedFaults : allFaults,
    readerRack: near ? 'rack-1' : undefined,
  };
}
