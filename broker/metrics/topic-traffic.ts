interface Traffic {
  messagesIn: number;
  bytesIn: number;
  bytesOut: number;
}

/** Stands for all topics beyond the limit. */
const OTHERS = '(others)';

/**
 * Counts what goes in and out by topic. Only so many topics get a series of their own: each costs
 * memory here and much more in Prometheus.
 */
export class TopicTraffic {
  private readonly topics = new Map<string, Traffic>();

  constructor(private readonly maxTopics = 1000) {}

  appended(topic: string, messages: number, bytes: number): void {
    const traffic = this.of(topic);
    traffic.messagesIn += messages;
    traffic.bytesIn += bytes;
  }

  fetched(topic: string, bytes: number): void {
    this.of(topic).bytesOut += bytes;
  }

  /** A topic was deleted: its series ends. */
  forget(topic: string): void {
    this.topics.delete(topic);
  }

  *read(what: keyof Traffic): Iterable<readonly [{ topic: string }, number]> {
    for (const [topic, traffic] of this.topics) yield [{ topic }, traffic[what]];
  }

  private of(topic: string): Traffic {
    const known = this.topics.get(topic);
    if (known) return known;
    const name = this.topics.size < this.maxTopics ? topic : OTHERS;
    let traffic = this.topics.get(name);
    if (!traffic) this.topics.set(name, (traffic = { messagesIn: 0, bytesIn: 0, bytesOut: 0 }));
    return traffic;
  }
}
