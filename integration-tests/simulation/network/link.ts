import type { World } from '../time/world';

/** How long bytes travel, in milliseconds. */
export interface LinkDelay {
  readonly min: number;
  readonly max: number;
}

export const QUICK: LinkDelay = { min: 0.1, max: 1 };

/**
 * The way from one machine to another, in one direction. What is sent while it is blocked is not
 * lost but late, as with TCP, which sends it again until it gets through.
 */
export class Link {
  delay: LinkDelay = QUICK;
  private blocks = 0;
  private held: (() => void)[] = [];

  constructor(
    private readonly world: World,
    private readonly random: () => number,
  ) {}

  get isBlocked(): boolean {
    return this.blocks > 0;
  }

  /** How long what is sent now travels. */
  travelMs(): number {
    const { min, max } = this.delay;
    return min + this.random() * (max - min);
  }

  /** Counts: two faults may block the same link, both must be healed. */
  block(): void {
    this.blocks++;
  }

  unblock(): void {
    if (this.blocks === 0 || --this.blocks > 0) return;
    const { held } = this;
    this.held = [];
    for (const arrive of held) this.world.after(this.travelMs(), arrive);
  }

  /** Keeps what has arrived at a blocked link; it arrives again when the link is free. */
  hold(arrive: () => void): void {
    this.held.push(arrive);
  }
}
