import type { WaitingPosition } from './fetch-waiter';

/** Spares a fetch session the looks at those of its partitions to which nothing happens. */
export class PartitionMemory {
  /** Whether the last look found nothing to tell. */
  isSettled = false;
  /** Whether the last look found it under an older leader epoch than the follower knows of. */
  isAhead = false;
  /** Where it was last waited for. */
  position: WaitingPosition | undefined;

  /** Before a look. */
  forgetLook(): void {
    this.isSettled = this.isAhead = false;
  }

  /** Whether another look would be in vain. */
  get isQuiet(): boolean {
    return this.position !== undefined && this.position.isQuiet;
  }

  /** Something else is asked for, or something went wrong: it has to be looked at. */
  stir(): void {
    if (this.position) this.position.isQuiet = false;
  }
}
