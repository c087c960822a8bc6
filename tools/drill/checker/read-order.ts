import type { PartitionIndex } from './partition-index';
import { report, type Verdict } from './verdict';

/** Each reader is given every record once and in order, within one generation. */
export function checkReadOrder(index: PartitionIndex, verdict: Verdict): void {
  const { history, values } = index;
  const positions = new Map<string, { generation: number; last: number }>();
  for (const { reader, generation, from, offsets } of history.polls) {
    let position = positions.get(reader);
    if (position?.generation !== generation) {
      positions.set(reader, (position = { generation, last: from - 1 }));
    }
    for (const offset of offsets) {
      const { last } = position;
      if (offset <= last) {
        const what = () => `${reader} was given ${offset} after ${last}`;
        report(verdict, 'nonmonotonic', history.name, what);
        continue;
      }
      const missed = firstKnown(values, last + 1, offset);
      if (missed >= 0) {
        const what = () => `${reader} was given ${offset} after ${last}, ${missed} is there`;
        report(verdict, 'skipped', history.name, what);
      }
      position.last = offset;
    }
  }
}

/** The first offset of `from` to below `to` at which something lies, -1 when nothing does. */
function firstKnown(values: Map<number, number>, from: number, to: number): number {
  for (let offset = from; offset < to; offset++) if (values.has(offset)) return offset;
  return -1;
}
