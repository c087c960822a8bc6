import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { metricTable } from './metric-table';
import type { Metrics, Reading, SingleValued } from './metrics';
import { ScrapedHistogram } from './scraped-histogram';

/**
 * What Prometheus reads: the broker's metrics, and memory, garbage collection and event-loop lag of
 * the process as prom-client names them.
 */
export class MetricsPage {
  private readonly registry = new Registry();
  private readonly shown = new Set<string>();

  constructor(private readonly metrics: Metrics) {}

  /** Adds the metrics of the process, which cost a little all the time. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  async render(): Promise<string> {
    await Promise.all(this.metrics.preparations.map((prepare) => prepare()));
    for (const [name, read] of this.metrics.readers) this.show(name, () => this.add(name, read));
    for (const [name, read] of this.metrics.histograms) {
      const { help, labels } = metricTable[name];
      this.show(name, () => new ScrapedHistogram({ name, help, labels }, this.registry, read));
    }
    return this.registry.metrics();
  }

  private show(name: string, add: () => void): void {
    if (this.shown.has(name)) return;
    this.shown.add(name);
    add();
  }

  private add(name: SingleValued, read: () => Reading): void {
    const { type, help, labels } = metricTable[name];
    const settings = { name, help, labelNames: [...labels], registers: [this.registry] };
    const metric: Counter | Gauge =
      type === 'counter'
        ? new Counter({ ...settings, collect: () => write() })
        : new Gauge({ ...settings, collect: () => write() });
    const write = () => {
      const reading = read();
      metric.reset();
      if (typeof reading === 'number') metric.inc(reading);
      else for (const [of, value] of reading) metric.inc(of, value);
    };
  }
}
