/** Milliseconds after which somebody who waits may wonder. */
const FIRST_MS = 3000;
/** How much longer each wait is than the one before. */
const GROWTH = 3;

/** When to tell that something still lasts: after 3 s, then at growing distance (9 s, 27 s, …). */
export class Reminders {
  private next = FIRST_MS;

  /** Whether it is time to tell; if so, the next time is later. */
  areDue(elapsedMs: number): boolean {
    if (elapsedMs < this.next) return false;
    while (this.next <= elapsedMs) this.next *= GROWTH;
    return true;
  }
}
