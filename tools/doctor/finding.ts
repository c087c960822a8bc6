/** One place and what it says. */
export interface Statement {
  /** A znode, `broker 2`, a file. */
  readonly source: string;
  readonly value: string;
}

/** A disagreement that a check has found. */
export interface Finding {
  /** What it is about, e.g. `clicks-0` or `broker 3`; the same at every look. */
  readonly subject: string;
  /** The topic it belongs to, if any; for `--topic`. */
  readonly topic?: string;
  /** Who says what, in the words of each. */
  readonly says: readonly Statement[];
  /** What to do, where more is known than the check says in general. */
  readonly remedy?: string;
}

/** How bad it is: `error` loses availability or data, or may; `warning` wants to be cleaned up. */
export type Severity = 'error' | 'warning';

/** Shorthand for a {@link Statement}. */
export function says(source: string, value: string | number): Statement {
  return { source, value: String(value) };
}

/** Broker ids, as the tools print them. */
export function ids(list: Iterable<number>): string {
  const text = [...list].join(',');
  return text === '' ? 'none' : text;
}

/** `broker 1`, `brokers 1 and 2`, `brokers 1, 2 and 3`, in this order. */
export function brokersNamed(list: Iterable<number>): string {
  const sorted = [...list].sort((a, b) => a - b);
  if (sorted.length === 1) return `broker ${sorted[0]}`;
  return `brokers ${sorted.slice(0, -1).join(', ')} and ${sorted[sorted.length - 1]}`;
}
