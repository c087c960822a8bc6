import { CompactionFixture } from '../log/testing/compaction-fixture';
import { Metrics } from '../metrics/metrics';
import { MetricsPage } from '../metrics/metrics-page';
import { provideCleanerMetrics } from './cleaner-metrics';

it('tells of compaction by topic', async () => {
  const fixture = new CompactionFixture();
  const { manager, log } = await fixture.open();
  const metrics = new Metrics();
  if (manager.cleanerFigures) provideCleanerMetrics(metrics, manager.cleanerFigures);
  const page = new MetricsPage(metrics);

  for (const value of ['1', '2', '3']) await fixture.append(log, [{ key: 'k', value }]);
  log.roll();
  const size = log.sizeInBytes;
  await manager.cleanLogs();
  await fixture.append(log, [{ key: 'k', value: '4' }]);
  log.roll();
  fixture.clock.advance(2500);
  const text = await page.render();
  expect(text).toContain('kafka_log_cleaner_runs_total{topic="t"} 1');
  // Once for the keys, once for the records.
  expect(text).toContain(`kafka_log_cleaner_read_bytes_total{topic="t"} ${2 * size}`);
  expect(text).toContain(`kafka_log_cleaner_written_bytes_total{topic="t"} ${size / 3}`);
  expect(text).toContain('kafka_log_cleaner_max_dirty_ratio{topic="t"} 0');
  expect(text).toContain('kafka_log_cleaner_uncleanable_partitions{topic="t"} 0');
  expect(text).toContain('kafka_log_cleaner_since_last_run_seconds 2.5');
  await manager.close();
});
