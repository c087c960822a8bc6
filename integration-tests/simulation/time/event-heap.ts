/** Something that happens at a moment of virtual time. */
export interface SimEvent {
  readonly at: number;
  /** Breaks ties: what was scheduled first happens first. */
  readonly order: number;
  /** Undefined when it was cancelled. */
  happen: (() => void) | undefined;
}

/** Events in the order of their time: a binary heap. */
export class EventHeap {
  private readonly events: SimEvent[] = [];

  push(event: SimEvent): void {
    const { events } = this;
    let at = events.length;
    events.push(event);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(event, events[above]!)) break;
      events[at] = events[above]!;
      at = above;
    }
    events[at] = event;
  }

  /** The next one that was not cancelled; it stays. */
  peek(): SimEvent | undefined {
    while (this.events.length > 0 && !this.events[0]!.happen) this.removeFirst();
    return this.events[0];
  }

  pop(): SimEvent | undefined {
    const first = this.peek();
    if (first) this.removeFirst();
    return first;
  }

  private removeFirst(): void {
    const { events } = this;
    const last = events.pop()!;
    const size = events.length;
    if (size === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= size) break;
      if (below + 1 < size && isBefore(events[below + 1]!, events[below]!)) below++;
      if (!isBefore(events[below]!, last)) break;
      events[at] = events[below]!;
      at = below;
    }
    events[at] = last;
  }
}

function isBefore(one: SimEvent, other: SimEvent): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
