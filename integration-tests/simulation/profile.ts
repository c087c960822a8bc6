import type { Fault } from './nemesis/fault';
import { allFaults } from './nemesis/nemesis';
import { CLEANER_CONFIGS } from './compaction/compacted-topic';
import { coordinatorFaults } from './nemesis/coordinator-faults';
import { losePower } from './nemesis/process-faults';
import type { GroupPlan } from './groups/sim-group';

/** How the cluster of one schedule is set up. */
export interface Profile {
  /** For the trace. */
  readonly name: string;
  /** Of all brokers. */
  readonly configs: Readonly<Record<string, string>>;
  readonly faults: readonly Fault[];
  /** Of the reader, who then reads from the replica in its rack. */
  readonly readerRack: string | undefined;
  /** Groups that read besides. */
  readonly groups: readonly GroupPlan[];
  /** Whether a compacted topic is written besides. */
  readonly compacts: boolean;
}

const FLUSHED = { 'log.flush.interval.messages': '1' };
const RACK_AWARE = { 'replica.selector.class': 'RackAwareReplicaSelector' };

/** What is acknowledged is flushed: nothing may be lost even when everybody loses their power. */
const flushedFaults: readonly Fault[] = [
  ...allFaults.map((fault) => ({ ...fault, losesData: false })),
  losePower,
];

/** Groups cost time: one schedule of so many has them. */
const GROUPS_EVERY = 7;
/** So does a compacted topic. */
const COMPACTED_EVERY = 8;
const GROUP_CONFIGS = {
  'group.initial.rebalance.delay.ms': '1000',
  'offsets.topic.num.partitions': '2',
};

/**
 * The seed says how the cluster is set up: mostly as it comes, now and then otherwise.
 *
 * @param demands what there is in any case
 */
export function profileOf(
  seed: number,
  demands: { readonly groups?: boolean; readonly compaction?: boolean } = {},
): Profile {
  const flushed = seed % 5 === 4;
  const near = seed % 3 === 2;
  const compacts = demands.compaction ?? seed % COMPACTED_EVERY === 3;
  const groups = demands.groups || seed % GROUPS_EVERY === 1 ? groupsOf(seed) : [];
  const inTopic = groups.length > 0 && seed % 11 < 3;
  const faults = flushed ? flushedFaults : allFaults;
  const names = [
    flushed ? 'flushed' : 'in memory',
    `read ${near ? 'nearby' : 'from the leader'}`,
    ...groups.map(({ groupId }) => groupId),
    ...(inTopic ? ['offsets in a topic'] : []),
    ...(compacts ? ['a compacted topic'] : []),
  ];
  return {
    name: names.join(', '),
    configs: {
      ...(flushed && FLUSHED),
      ...(near && RACK_AWARE),
      ...(groups.length > 0 && GROUP_CONFIGS),
      ...(inTopic && { 'offsets.storage': 'kafka' }),
      ...(compacts && CLEANER_CONFIGS),
    },
    faults: groups.length > 0 ? [...faults, ...coordinatorFaults] : faults,
    readerRack: near ? 'rack-1' : undefined,
    groups,
    compacts,
  };
}

/** Two groups, of every kind in turn. */
function groupsOf(seed: number): GroupPlan[] {
  const kind = Math.floor(seed / GROUPS_EVERY);
  return (['range', 'cooperative-sticky'] as const).map((assignor, index) => {
    const commitsItself = (kind + index) % 2 === 0;
    const isStatic = kind % 5 === 2 + index;
    const habits = [isStatic && 'static', commitsItself && 'committing'].filter(Boolean);
    return {
      groupId: [assignor === 'range' ? 'eager' : 'cooperative', ...habits].join('-'),
      assignor,
      commitsItself,
      isStatic,
      members: 2 + ((kind + index) % 3),
    };
  });
}
