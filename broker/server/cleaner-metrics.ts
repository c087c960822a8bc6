import type { CompactionFigures, TopicCleaning } from '../log';
import type { Metrics } from '../metrics/metrics';

/** Lets the metrics ask the cleaner. */
export function provideCleanerMetrics(metrics: Metrics, figures: CompactionFigures): void {
  const perTopic = (read: (topic: TopicCleaning) => number) => () =>
    [...figures.topics].map(([topic, counted]) => [{ topic }, read(counted)] as const);
  const labelled = (values: () => Iterable<readonly [topic: string, value: number]>) => () =>
    [...values()].map(([topic, value]) => [{ topic }, value] as const);
  metrics.provide(
    'kafka_log_cleaner_runs_total',
    perTopic(({ runs }) => runs),
  );
  metrics.provide(
    'kafka_log_cleaner_read_bytes_total',
    perTopic(({ bytesRead }) => bytesRead),
  );
  metrics.provide(
    'kafka_log_cleaner_written_bytes_total',
    perTopic(({ bytesWritten }) => bytesWritten),
  );
  metrics.provide(
    'kafka_log_cleaner_max_dirty_ratio',
    labelled(() => figures.maxDirtyRatios()),
  );
  metrics.provide(
    'kafka_log_cleaner_uncleanable_partitions',
    labelled(() => figures.uncleanablePartitions()),
  );
  metrics.provide('kafka_log_cleaner_max_clean_seconds', () => figures.longestMs / 1000);
  metrics.provide(
    'kafka_log_cleaner_since_last_run_seconds',
    () => figures.sinceLastRoundMs / 1000,
  );
}
