import type { CommittedOffset, GroupOffsets, OffsetChange } from '../stored-group';

/**
 * What is to be written to one place so that it knows the later of what both places know: offsets
 * that only the other has, or has from a later commit.
 */
export function newerOffsets(known: GroupOffsets, other: GroupOffsets): OffsetChange[] {
  const changes: OffsetChange[] = [];
  for (const [topic, partitions] of other) {
    for (const [partition, committed] of partitions) {
      const present = known.get(topic)?.get(partition);
      if (present && present.commitTimestamp >= committed.commitTimestamp) continue;
      changes.push({ topic, partition, committed });
    }
  }
  return changes;
}

/** Offsets with changes applied. */
export function changedOffsets(
  offsets: GroupOffsets,
  changes: readonly OffsetChange[],
): GroupOffsets {
  const changed = new Map([...offsets].map(([topic, of]) => [topic, new Map(of)]));
  for (const { topic, partition, committed } of changes) {
    const partitions = changed.get(topic) ?? new Map<number, CommittedOffset>();
    if (committed) changed.set(topic, partitions.set(partition, committed));
    else partitions.delete(partition);
  }
  return changed;
}
