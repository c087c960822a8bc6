import type { PartitionHistory, ReadRecords, SendFact } from './history';
import { report, type Verdict } from './verdict';

/** What lies where in one partition, as far as anybody has been told. */
export interface PartitionIndex {
  readonly history: PartitionHistory;
  readonly writers: Map<number, SendFact>;
  /** The value at each offset. */
  readonly values: Map<number, number>;
  /** Values that final reads found. */
  readonly found: Set<number>;
  /** The highest offset known, -1 when there is none. */
  highest: number;
  /** The highest log start of the final reads. */
  logStart: number;
}

/**
 * Puts acknowledgements, polls and final reads onto one map of offsets and reports where they
 * disagree: two values at an offset, a value at two offsets, values that should not be there.
 */
export function indexPartition(history: PartitionHistory, verdict: Verdict): PartitionIndex {
  const writers = new Map<number, SendFact>();
  for (const send of history.sends) writers.set(send.value, send);
  const index: PartitionIndex = {
    history,
    writers,
    values: new Map(),
    found: new Set(),
    highest: -1,
    logStart: 0,
  };
  const places = new Places(index, verdict);
  for (const { logStart } of history.finals) index.logStart = Math.max(index.logStart, logStart);
  // Final reads first: whatever else is told is held against what lies there in the end. What a
  // replica still has below the log start nobody can read, and no leader has vouched for it.
  for (const read of history.finals) {
    places.addAll(read, read.source, index.logStart);
    for (const value of read.values) index.found.add(value);
  }
  for (const poll of history.polls) places.addAll(poll, poll.reader);
  for (const ack of history.acks) places.addAck(ack);
  verdict.acked += history.acks.length;
  verdict.read += index.found.size;
  return index;
}

class Places {
  private readonly offsets = new Map<number, number>();
  private readonly told = new Set<number>();

  constructor(
    private readonly index: PartitionIndex,
    private readonly verdict: Verdict,
  ) {}

  addAll({ offsets, values }: ReadRecords, who: string, from = 0): void {
    for (let i = 0; i < offsets.length; i++) {
      if (offsets[i]! >= from) this.add(offsets[i]!, values[i]!, who);
    }
  }

  addAck({ value, offset }: SendFact): void {
    if (offset < 0) return;
    const { history, values } = this.index;
    const read = this.offsets.get(value);
    if (read !== undefined && read !== offset) {
      const what = () => `value ${value} is at ${read}, acknowledged at ${offset}`;
      report(this.verdict, 'misplaced', history.name, what);
      return;
    }
    const other = values.get(offset);
    if (other !== undefined && other !== value) {
      const what = () => `value ${value} acknowledged at ${offset}, where ${other} is`;
      report(this.verdict, 'divergent', history.name, what);
      return;
    }
    this.place(offset, value);
  }

  private add(offset: number, value: number, who: string): void {
    const { history, values } = this.index;
    const other = values.get(offset);
    if (other === undefined) {
      this.judge(offset, value, who);
      this.place(offset, value);
    } else if (other !== value) {
      this.judge(offset, value, who);
      const what = () => `${who} has value ${value} at ${offset}, others ${other}`;
      report(this.verdict, 'divergent', history.name, what);
    }
  }

  private place(offset: number, value: number): void {
    this.index.values.set(offset, value);
    const first = this.offsets.get(value);
    if (first === undefined) {
      this.offsets.set(value, offset);
    } else if (first !== offset) {
      const what = () => `value ${value} is at ${first} and at ${offset}`;
      report(this.verdict, 'duplicated', this.index.history.name, what);
    }
    if (offset > this.index.highest) this.index.highest = offset;
  }

  /** Whether it may be there at all; told once for each value. */
  private judge(offset: number, value: number, who: string): void {
    const { history, writers } = this.index;
    const writer = writers.get(value);
    if (writer && writer.outcome !== 'refused') return;
    if (this.told.has(value)) return;
    this.told.add(value);
    const what = () => `${who} has value ${value} at ${offset}`;
    report(this.verdict, writer ? 'aborted' : 'phantom', history.name, what);
  }
}
