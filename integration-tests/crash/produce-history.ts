import type { StoredInteger } from '../harness/raw-topics';

/** Counts of everything that must not be, and of what was looked at. */
export interface Verdict {
  acked: number;
  read: number;
  /** Acknowledged and not there. */
  lost: number;
  /** Acknowledged with another offset than it is at. */
  misplaced: number;
  /** At two offsets, or two at one offset. */
  duplicated: number;
  /** After a later value of the same producer. */
  reordered: number;
  /** Offsets nobody is at. */
  gaps: number;
  /** There though nobody sent it, or though the producer was told it was refused. */
  phantom: number;
  /** Read at this offset before, and now something else is there. */
  changed: number;
}

/**
 * What producers sent to one partition and what they heard of it. A producer's values rise from
 * send to send, and no value is ever sent twice.
 */
export class ProduceHistory {
  /** By value, whether the broker said that it did not take it. */
  private readonly sent = new Map<number, { refused: boolean }>();
  /** In the order of the answers. */
  private readonly acks: StoredInteger[] = [];
  private seen: readonly StoredInteger[] = [];

  /** @param producerOf tells by a value who sent it */
  constructor(private readonly producerOf: (value: number) => number) {}

  sending(value: number): void {
    this.sent.set(value, { refused: false });
  }

  acked(value: number, offset: number): void {
    this.acks.push({ value, offset });
  }

  /** The broker said that it did not take it. */
  failed(value: number): void {
    this.sent.set(value, { refused: true });
  }

  /** Values acknowledged so far: what a read that begins now must find. */
  get ackCount(): number {
    return this.acks.length;
  }

  /**
   * Compares with what a read of the whole partition has found, from offset 0 on.
   *
   * @param ackCount what {@link ackCount} was when the read began
   */
  check(stored: readonly StoredInteger[], ackCount = this.ackCount): Verdict {
    const verdict = { ...newVerdict(), acked: ackCount, read: stored.length };
    const offsets = new Map<number, number>();
    const latest = new Map<number, number>();
    let expected = 0;
    for (const { offset, value } of stored) {
      if (offset < expected) verdict.duplicated++;
      else verdict.gaps += offset - expected;
      expected = Math.max(expected, offset + 1);
      if (offsets.has(value)) verdict.duplicated++;
      offsets.set(value, offset);
      if (this.sent.get(value)?.refused !== false) verdict.phantom++;
      const producer = this.producerOf(value);
      if (value < (latest.get(producer) ?? -Infinity)) verdict.reordered++;
      latest.set(producer, value);
    }
    for (const acked of this.acks.slice(0, ackCount)) {
      const offset = offsets.get(acked.value);
      if (offset === undefined) verdict.lost++;
      else if (offset !== acked.offset) verdict.misplaced++;
    }
    for (const [index, { offset, value }] of this.seen.entries()) {
      const now = stored[index];
      if (now?.offset !== offset || now.value !== value) verdict.changed++;
    }
    this.seen = stored;
    return verdict;
  }
}

export function newVerdict(): Verdict {
  return {
    acked: 0,
    read: 0,
    lost: 0,
    misplaced: 0,
    duplicated: 0,
    reordered: 0,
    gaps: 0,
    phantom: 0,
    changed: 0,
  };
}

/** Verdicts of several partitions as one. */
export function total(verdicts: readonly Verdict[]): Verdict {
  const sum = newVerdict();
  for (const verdict of verdicts) {
    for (const name of Object.keys(sum) as (keyof Verdict)[]) sum[name] += verdict[name];
  }
  return sum;
}

/** A verdict without a fault, but for its counts. */
export function faultless({ acked, read }: Verdict): Verdict {
  return { ...newVerdict(), acked, read };
}
