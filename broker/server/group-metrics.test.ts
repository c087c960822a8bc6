import { GroupFixture } from '../coordinator/group/testing/group-fixture';
import { Metrics } from '../metrics/metrics';
import { MetricsPage } from '../metrics/metrics-page';
import type { AskedPartition } from '../peers/leader-end-offsets';
import { provideGroupMetrics } from './group-metrics';

it('tells of groups, what they have committed, and how far they are behind', async () => {
  const fixture = new GroupFixture();
  const groups = fixture.broker(1);
  const committed = {
    leaderEpoch: -1,
    metadata: '',
    commitTimestamp: fixture.clock.now(),
    expireTimestamp: null,
  };
  await groups.commit('g', {
    memberId: '',
    groupInstanceId: null,
    generation: -1,
    changes: [
      { topic: 't', partition: 0, committed: { ...committed, offset: 5 } },
      { topic: 'elsewhere', partition: 1, committed: { ...committed, offset: 7 } },
      { topic: 'nowhere', partition: 0, committed: { ...committed, offset: 7 } },
    ],
  });
  const metrics = new Metrics();
  const asked: AskedPartition[] = [];
  provideGroupMetrics(metrics, groups, {
    here: (topic) => (topic === 't' ? 12 : undefined),
    elsewhere: {
      refresh: (partitions) => Promise.resolve(void asked.push(...partitions)),
      get: (topic) => (topic === 'elsewhere' && asked.length > 0 ? 10 : undefined),
    },
  });
  const page = await new MetricsPage(metrics).render();
  expect(page).toContain('kafka_group_coordinator_groups{state="Empty"} 1');
  expect(page).toContain('kafka_group_coordinator_groups{state="Stable"} 0');
  expect(page).toContain('kafka_group_coordinator_members 0');
  expect(page).toContain('kafka_group_coordinator_offsets 3');
  expect(page).toContain(
    'kafka_group_committed_offset{group="g",topic="elsewhere",partition="1"} 7',
  );
  expect(page).toContain('kafka_group_lag{group="g",topic="t",partition="0"} 7');
  expect(page).toContain('kafka_group_lag{group="g",topic="elsewhere",partition="1"} 3');
  expect(page).not.toContain('kafka_group_lag{group="g",topic="nowhere"');
  expect(asked).toEqual([
    { topic: 'elsewhere', partition: 1 },
    { topic: 'nowhere', partition: 0 },
  ]);
  expect(page).toContain('kafka_group_coordinator_offset_commits_total 3');
  expect(page).toContain('kafka_group_coordinator_completed_rebalances_total 0');
  expect(page).toContain('kafka_group_coordinator_offset_expirations_total 0');
  expect(page).toContain('kafka_group_coordinator_offset_deletions_total 0');
  await groups.close();
});
