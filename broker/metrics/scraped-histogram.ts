import { Histogram, type Registry } from 'prom-client';
import { bucketSeconds } from './bucket-counts';
import type { HistogramReader } from './metrics';

interface Value {
  metricName: string;
  labels: Record<string, string | number>;
  value: number;
}

/** A histogram whose values are counted elsewhere and written down only when asked for. */
export class ScrapedHistogram extends Histogram {
  constructor(
    private readonly facts: { name: string; help: string; labels: readonly string[] },
    registry: Registry,
    private readonly read: HistogramReader,
  ) {
    const { name, help, labels } = facts;
    super({ name, help, labelNames: [...labels], registers: [registry] });
  }

  /** What the registry asks for when it writes the page. */
  async getForPromString() {
    const { name, help } = this.facts;
    const values: Value[] = [];
    for (const [labels, counts] of this.read()) {
      counts.cumulative().forEach((value, bucket) => {
        const le = bucketSeconds[bucket];
        values.push({ metricName: `${name}_bucket`, labels: { ...labels, le }, value });
      });
      const all = { ...labels, le: '+Inf' };
      values.push({ metricName: `${name}_bucket`, labels: all, value: counts.count });
      values.push({ metricName: `${name}_sum`, labels, value: counts.sum });
      values.push({ metricName: `${name}_count`, labels, value: counts.count });
    }
    return Promise.resolve({ name, help, type: 'histogram', values, aggregator: 'sum' });
  }
}
