/** Bytes of a MB, as Kafka's tools count. */
const MB = 1024 * 1024;

/** What was read up to some moment. */
export interface ReadCount {
  readonly records: number;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

const MORE_COLUMNS = 'rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec';

/** The first line of kafka-consumer-perf-test (ConsumerPerformance.java). */
export function header(detailed: boolean): string {
  const first = detailed ? 'time, threadId' : 'start.time, end.time';
  return `${first}, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, ${MORE_COLUMNS}`;
}

/** The line for everything. @param assignMs how long it took to begin */
export function totalLine(
  start: ReadCount,
  end: ReadCount,
  assignMs: number,
  format: (time: number) => string,
): string {
  return [format(start.time), format(end.time), ...columns(start, end, assignMs)].join(', ');
}

/** The line for the time since the last one, with `--show-detailed-stats`. */
export function intervalLine(
  before: ReadCount,
  now: ReadCount,
  assignMs: number,
  format: (time: number) => string,
): string {
  return [format(now.time), 0, ...columns(before, now, assignMs)].join(', ');
}

function columns(before: ReadCount, now: ReadCount, assignMs: number): string[] {
  const ms = now.time - before.time;
  const fetchMs = Math.max(0, ms - assignMs);
  const mb = (now.bytes - before.bytes) / MB;
  const records = now.records - before.records;
  return [
    decimals(now.bytes / MB),
    decimals(perSecond(mb, ms)),
    String(now.records),
    decimals(perSecond(records, ms)),
    String(assignMs),
    String(fetchMs),
    decimals(perSecond(mb, fetchMs)),
    decimals(perSecond(records, fetchMs)),
  ];
}

function perSecond(amount: number, ms: number): number {
  return ms <= 0 ? 0 : (amount / ms) * 1000;
}

function decimals(value: number): string {
  return value.toFixed(4);
}
