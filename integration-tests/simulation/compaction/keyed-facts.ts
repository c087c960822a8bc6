/** What became of a record that was sent. */
export interface KeyedSend {
  readonly key: string;
  /** Null for a tombstone; else sent once only. */
  readonly value: string | null;
  /** Where it lies, when that was acknowledged. */
  offset: number | undefined;
  /** It may be there or not. */
  isOpen: boolean;
}

/** A record as it lies in a log. */
export interface KeyedRecord {
  readonly offset: number;
  readonly key: string;
  readonly value: string | null;
}

/** A log of the compacted topic, as somebody has read it. */
export interface KeyedLog {
  readonly source: string;
  readonly records: readonly KeyedRecord[];
}

/**
 * What compaction must not do: change what lies at an offset, lose the last record of a key, or bring
 * back one that was older than that.
 */
export function keyedProblems(sends: readonly KeyedSend[], logs: readonly KeyedLog[]): string[] {
  const acked = new Map(
    sends.flatMap((send) => (send.offset === undefined ? [] : [[send.offset, send]])),
  );
  const last = new Map<string, KeyedSend & { offset: number }>();
  for (const send of sends) {
    const { key, offset } = send;
    if (offset === undefined || offset < (last.get(key)?.offset ?? 0)) continue;
    last.set(key, { ...send, offset });
  }
  const open = sends.filter(({ isOpen }) => isOpen);
  return logs.flatMap(({ source, records }) =>
    [
      ...strangers(records, acked, open),
      ...notAscending(records),
      ...lostKeys(records, last, open),
    ].map((problem) => `${source}: ${problem}`),
  );
}

/** Each record is the one that was acknowledged there, or one of which nothing is known. */
function strangers(
  records: readonly KeyedRecord[],
  acked: ReadonlyMap<number, KeyedSend>,
  open: readonly KeyedSend[],
): string[] {
  return records.flatMap((record) => {
    const { offset, key, value } = record;
    const isSame = (send: KeyedSend) => send.key === key && send.value === value;
    const known = acked.get(offset);
    if (known ? isSame(known) : open.some(isSame)) return [];
    return [
      `${key}=${value} lies at ${offset}, where ${known?.key}=${known?.value} was acknowledged`,
    ];
  });
}

function notAscending(records: readonly KeyedRecord[]): string[] {
  return records.flatMap(({ offset }, i) => {
    const before = records[i - 1]?.offset ?? -1;
    return offset > before ? [] : [`offset ${offset} comes after ${before}`];
  });
}

/** The last record of each key is there, or a later one; a tombstone may be gone with all before it. */
function lostKeys(
  records: readonly KeyedRecord[],
  last: ReadonlyMap<string, { readonly offset: number; readonly value: string | null }>,
  open: readonly KeyedSend[],
): string[] {
  const present = new Map(records.map((record) => [record.key, record]));
  return [...last].flatMap(([key, { offset, value }]) => {
    const there = present.get(key);
    if (there) {
      const isOlder = there.offset < offset;
      return isOlder ? [`${key} is what it was at ${there.offset}, ${offset} is gone`] : [];
    }
    const isDeleted =
      value === null || open.some((send) => send.key === key && send.value === null);
    return isDeleted ? [] : [`${key}, last written at ${offset}, is gone`];
  });
}
