import type { GroupCoordinator } from '../coordinator/group/group-coordinator';
import { groupStates } from '../coordinator/group/group-states';
import type { AskedPartition, LeaderEndOffsets } from '../peers/leader-end-offsets';
import type { Metrics } from '../metrics/metrics';

/** Each partition of each group is a series, which costs memory in Prometheus. */
const MAX_SERIES = 10_000;

interface Committed {
  readonly labels: { group: string; topic: string; partition: string };
  readonly offset: number;
  readonly topic: string;
  readonly partition: number;
}

/** Where partitions end. */
export interface PartitionEnds {
  /** High watermark of a partition of which this broker has a replica, undefined for others. */
  readonly here: (topic: string, partition: number) => number | undefined;
  readonly elsewhere: Pick<LeaderEndOffsets, 'get' | 'refresh'>;
}

/** Lets the metrics ask the coordinator of groups. */
export function provideGroupMetrics(
  metrics: Metrics,
  groups: Pick<GroupCoordinator, 'loaded' | 'counts'>,
  { here, elsewhere }: PartitionEnds,
): void {
  metrics.preparations.push(() => elsewhere.refresh(awayFrom(here, groups)));
  const { counts } = groups;
  metrics.provide(
    'kafka_group_coordinator_completed_rebalances_total',
    () => counts.completedRebalances,
  );
  metrics.provide('kafka_group_coordinator_offset_commits_total', () => counts.offsetCommits);
  metrics.provide(
    'kafka_group_coordinator_offset_expirations_total',
    () => counts.offsetExpirations,
  );
  metrics.provide('kafka_group_coordinator_offset_deletions_total', () => counts.offsetDeletions);
  metrics.provide('kafka_group_coordinator_groups', () => {
    const counts = new Map(Object.keys(groupStates).map((state) => [state, 0]));
    for (const { state } of groups.loaded) counts.set(state, (counts.get(state) ?? 0) + 1);
    return [...counts].map(([state, count]) => [{ state }, count] as const);
  });
  metrics.provide('kafka_group_coordinator_members', () =>
    [...groups.loaded].reduce((sum, { roster }) => sum + roster.size, 0),
  );
  metrics.provide('kafka_group_coordinator_offsets', () => {
    let count = 0;
    for (const { offsets } of groups.loaded) {
      for (const partitions of offsets.all.values()) count += partitions.size;
    }
    return count;
  });
  metrics.provide('kafka_group_committed_offset', function* () {
    for (const { labels, offset } of committed(groups)) yield [labels, offset] as const;
  });
  metrics.provide('kafka_group_lag', function* () {
    for (const { labels, offset, topic, partition } of committed(groups)) {
      const end = here(topic, partition) ?? elsewhere.get(topic, partition);
      if (end !== undefined) yield [labels, Math.max(0, end - offset)] as const;
    }
  });
}

/** Partitions with committed offsets of which this broker has no replica, each once. */
function awayFrom(
  here: PartitionEnds['here'],
  groups: Pick<GroupCoordinator, 'loaded'>,
): Iterable<AskedPartition> {
  const away = new Map<string, AskedPartition>();
  for (const { topic, partition } of committed(groups)) {
    if (here(topic, partition) === undefined)
      away.set(`${topic}-${partition}`, { topic, partition });
  }
  return away.values();
}

function* committed(groups: Pick<GroupCoordinator, 'loaded'>): Iterable<Committed> {
  let series = 0;
  for (const group of groups.loaded) {
    for (const [topic, partitions] of group.offsets.all) {
      for (const [partition, { offset }] of partitions) {
        if (series++ === MAX_SERIES) return;
        const labels = { group: group.id, topic, partition: String(partition) };
        yield { labels, offset, topic, partition };
      }
    }
  }
}
