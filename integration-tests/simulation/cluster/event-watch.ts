/** A line of a broker's log, as far as it is looked at. */
export interface BrokerEvent {
  readonly event?: string;
  /** `topic-0`; in lines of the controller only the number. */
  readonly partition?: string | number;
  readonly leader?: number;
  readonly leaderEpoch?: number;
  readonly group?: string;
  readonly member?: string;
  readonly reason?: string;
  readonly error?: string;
  readonly stack?: string;
}

/** Lines no broker may ever write, whatever goes wrong around it. */
const FORBIDDEN = new Set([
  'request-failed',
  'response-callback-failed',
  'leader-elected-uncleanly',
  'log-dir-failed',
  'log-io-error',
  'log-uncleanable',
  'partition-move-refused',
  'replica-move-refused',
  'zk-malformed-znode',
  'zk-watcher-threw',
  'zk-listener-threw',
]);

/**
 * Listens to what the brokers log: nobody may say what must not be, and no two brokers may ever
 * lead a partition in the same leader epoch.
 */
export class EventWatch {
  readonly problems: string[] = [];
  /** Who led, by partition and epoch. */
  private readonly leaders = new Map<string, number>();

  /** @param topic the one that is never deleted: another of the same name has epochs of its own */
  constructor(
    private readonly topic: string,
    private readonly now: () => number,
  ) {}

  heard(broker: number, fields: BrokerEvent): void {
    const { event, error, stack } = fields;
    if (event === undefined) return;
    if (event === 'leader-elected') this.led(broker, fields);
    if (FORBIDDEN.has(event)) {
      this.problem(`broker ${broker}: ${event} ${stack ?? error ?? ''}`);
    }
  }

  private led(broker: number, { partition, leader, leaderEpoch }: BrokerEvent): void {
    // The controller logs the elections, too.
    if (leader !== broker || typeof partition !== 'string') return;
    if (!partition.startsWith(`${this.topic}-`)) return;
    const reign = `${partition} in epoch ${leaderEpoch}`;
    const other = this.leaders.get(reign) ?? broker;
    if (other !== broker) this.problem(`brokers ${other} and ${broker} both led ${reign}`);
    this.leaders.set(reign, broker);
  }

  private problem(what: string): void {
    this.problems.push(`${what} (at ${this.now().toFixed(0)} ms)`);
  }
}
