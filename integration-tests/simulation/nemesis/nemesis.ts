import { adminFaults } from './admin-faults';
import type { Battlefield, Fault, Trouble } from './fault';
import { networkFaults } from './network-faults';
import { processFaults } from './process-faults';
import { zookeeperFaults } from './zookeeper-faults';

export const allFaults: readonly Fault[] = [
  ...processFaults,
  ...networkFaults,
  ...zookeeperFaults,
  ...adminFaults,
];

/** Mean time from the beginning of one fault to that of the next, in milliseconds. */
const EVERY_MS = { min: 2000, max: 7000 };
/** Faults at the same time, at most. */
const AT_ONCE = { min: 1, max: 4 };
/** How many of the kinds of faults occur in one schedule. */
const SHARE = 0.6;

/**
 * Lets things go wrong, one after the other and several at once, as its randomness says.
 *
 * Every schedule has its own choice of what can go wrong, how often and how much at once: what
 * takes many of the same or a long time between others would else hardly ever happen (A. Groce et
 * al., Swarm Testing, 2012).
 */
export class Nemesis {
  private readonly faults: readonly Fault[];
  private readonly everyMs: number;
  private readonly atOnce: number;
  private readonly troubles = new Set<Trouble>();
  private stopped = false;
  /** A broker may have lost what was not flushed; nothing else begins until it has it again. */
  private recovering = false;

  /**
   * @param allInSync whether every replica is in sync, which is when data may be lost somewhere
   * @param faults what may go wrong
   */
  constructor(
    private readonly field: Battlefield,
    private readonly allInSync: () => boolean,
    faults: readonly Fault[] = allFaults,
  ) {
    const { random } = field;
    this.everyMs = random.int(EVERY_MS.min, EVERY_MS.max);
    this.atOnce = random.int(AT_ONCE.min, AT_ONCE.max);
    const some = faults.filter(() => random.chance(SHARE));
    this.faults = some.length > 0 ? some : faults;
  }

  start(): void {
    const { simulation, random } = this.field;
    if (this.stopped) return;
    simulation.world.after(random.next() * 2 * this.everyMs, () => {
      if (this.stopped) return;
      this.strike();
      this.start();
    });
  }

  /** Heals everything and lets nothing go wrong any more. */
  stop(): void {
    this.stopped = true;
    for (const trouble of [...this.troubles]) this.heal(trouble);
    const { simulation } = this.field;
    for (const broker of simulation.brokers) {
      broker.resume();
      broker.start();
    }
    simulation.trace.line('nemesis: all is healed');
  }

  private strike(): void {
    const { simulation } = this.field;
    const isQuiet = this.troubles.size === 0 && this.allInSync();
    if (this.recovering && !isQuiet) return;
    this.recovering = false;
    if (this.troubles.size >= this.atOnce) return;
    const possible = this.faults.filter(({ losesData }) => !losesData || isQuiet);
    const fault = this.choose(possible);
    const trouble = fault?.begin(this.field);
    if (!trouble) return;
    this.recovering = fault?.losesData === true;
    simulation.trace.line(`nemesis: ${trouble.what}, for ${trouble.lastsMs} ms`);
    if (trouble.lastsMs === 0) {
      trouble.heal();
      return;
    }
    this.troubles.add(trouble);
    simulation.world.after(trouble.lastsMs, () => this.heal(trouble));
  }

  private heal(trouble: Trouble): void {
    if (!this.troubles.delete(trouble)) return;
    this.field.simulation.trace.line(`nemesis: no more ${trouble.what}`);
    trouble.heal();
  }

  private choose(faults: readonly Fault[]): Fault | undefined {
    const total = faults.reduce((sum, { weight }) => sum + weight, 0);
    let left = this.field.random.next() * total;
    return faults.find(({ weight }) => (left -= weight) < 0);
  }
}
