import { GroupFixture } from '../coordinator/group/testing/group-fixture';
import { Metrics } from '../metrics/metrics';
import { MetricsPage } from '../metrics/metrics-page';
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
    ],
  });
  const metrics = new Metrics();
  provideGroupMetrics(metrics, groups, (topic) => (topic === 't' ? 12 : undefined));
  const page = await new MetricsPage(metrics).render();
  expect(page).toContain('kafka_group_coordinator_groups{state="Empty"} 1');
  expect(page).toContain('kafka_group_coordinator_groups{state="Stable"} 0');
  expect(page).toContain('kafka_group_coordinator_members 0');
  expect(page).toContain('kafka_group_coordinator_offsets 2');
  expect(page).toContain(
    'kafka_group_committed_offset{group="g",topic="elsewhere",partition="1"} 7',
  );
  expect(page).toContain('kafka_group_lag{group="g",topic="t",partition="0"} 7');
  expect(page).not.toContain('kafka_group_lag{group="g",topic="elsewhere"');
  await groups.close();
});
