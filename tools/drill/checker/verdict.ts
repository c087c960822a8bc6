/** Everything that must not be, with what it means. */
export const anomalies = {
  lost: 'acknowledged, and not there',
  unread: 'a partition with acknowledged records that nobody has read at the end',
  duplicated: 'one record at two offsets',
  misplaced: 'acknowledged with another offset than it is at',
  divergent: 'two records at one offset, told by different reads or replicas',
  reordered: 'after a later record of the same producer',
  gaps: 'offsets nobody is at',
  nonmonotonic: 'a reader that was given an offset again, or an earlier one',
  skipped: 'a reader that was not given a record that is there',
  aborted: 'read, though its producer was told that it was refused',
  phantom: 'read, though nobody has sent it',
  realtime: 'behind a record that was sent only after this one had been acknowledged',
  diverged: 'replicas whose bytes differ below the high watermark',
  regressed: 'a commit below an earlier one of the same group',
  beyond: 'a commit above the end of the log',
} as const;

export type Anomaly = keyof typeof anomalies;
export const anomalyNames = Object.keys(anomalies) as Anomaly[];

/** One thing that must not be. */
export interface Finding {
  readonly anomaly: Anomaly;
  readonly partition: string;
  /** For people: offsets, values, who saw it. */
  readonly what: string;
}

/** What the checker found. Anomalies are counts. */
export interface Verdict extends Record<Anomaly, number> {
  acked: number;
  /** Records the final reads found. */
  read: number;
  /** The longest time a partition acknowledged nothing while a record, acknowledged later, waited. */
  longestUnavailabilityMs: number;
  /** The first few of each anomaly. */
  readonly findings: Finding[];
}

/** Findings kept of each anomaly. */
const KEPT_FINDINGS = 5;

export function newVerdict(): Verdict {
  const none = Object.fromEntries(anomalyNames.map((name) => [name, 0])) as Record<Anomaly, number>;
  return { acked: 0, read: 0, ...none, longestUnavailabilityMs: 0, findings: [] };
}

/** Counts an anomaly and keeps the first few with their text, which is made only for those. */
export function report(
  verdict: Verdict,
  anomaly: Anomaly,
  partition: string,
  what: () => string,
  count = 1,
): void {
  if (verdict[anomaly] < KEPT_FINDINGS) verdict.findings.push({ anomaly, partition, what: what() });
  verdict[anomaly] += count;
}

/** Whether nothing was found. @param except anomalies that the workload allows */
export function isClean(verdict: Verdict, except: readonly Anomaly[] = []): boolean {
  return anomalyNames.every((name) => verdict[name] === 0 || except.includes(name));
}

/** The verdict on one line: counts of everything looked for, so that a vacuous pass shows. */
export function verdictLine(verdict: Verdict): string {
  const { acked, read, longestUnavailabilityMs } = verdict;
  const counts = anomalyNames.map((name) => `${name} ${verdict[name]}`).join(', ');
  const away = `longest unavailability ${Math.round(longestUnavailabilityMs)} ms`;
  return `acked ${acked}, read ${read}, ${counts}, ${away}`;
}
