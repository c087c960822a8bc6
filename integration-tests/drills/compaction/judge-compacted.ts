/** A record as it was acknowledged, or as somebody found it. */
export interface KeyedRecord {
  readonly offset: number;
  readonly key: string;
  /** null deletes the key. */
  readonly value: string | null;
}

/**
 * Judges what is left of a compacted partition: nothing but what was written, each record at the
 * offset it was acknowledged with; the last value of every key; and no key that came back after it
 * was deleted.
 *
 * @param source where it was found, for people
 * @param found in the order of the log
 */
export function compactedProblems(
  source: string,
  acked: readonly KeyedRecord[],
  found: readonly KeyedRecord[],
): string[] {
  const problems: string[] = [];
  const written = new Map(acked.map((record) => [record.offset, record]));
  const last = new Map<string, KeyedRecord>();
  for (const record of acked) {
    if (record.offset >= (last.get(record.key)?.offset ?? 0)) last.set(record.key, record);
  }
  const present = new Set<string>();
  const offsets = new Set<number>();
  let before = -1;
  for (const { offset, key, value } of found) {
    const told = written.get(offset);
    const here = `${source}: ${key} at ${offset}`;
    if (!told) problems.push(`${here} was not acknowledged`);
    else if (told.key !== key || told.value !== value) {
      problems.push(`${here} is ${value}, acknowledged was ${told.key}, ${told.value}`);
    }
    if (offset <= before) problems.push(`${here} comes after ${before}`);
    before = offset;
    present.add(key);
    offsets.add(offset);
  }
  for (const { offset, key, value } of last.values()) {
    if (offsets.has(offset)) continue;
    if (value !== null) problems.push(`${source}: the last value of ${key}, at ${offset}, is lost`);
    else if (present.has(key)) problems.push(`${source}: ${key}, deleted at ${offset}, is back`);
  }
  return problems;
}
