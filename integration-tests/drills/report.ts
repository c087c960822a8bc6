import type { Verdict } from '../../tools/drill/checker/verdict';
import { verdictLine } from '../../tools/drill/checker/verdict';

/** What came of a drill. */
export interface DrillReport {
  readonly id: string;
  readonly name: string;
  readonly seed: number;
  /** Why it was not run, if it was not. */
  readonly skipped?: string;
  readonly verdict?: Verdict;
  /** Sends that failed for good. */
  readonly failedSends: number;
  /** Further counts for people. */
  readonly notes: readonly string[];
  /** What is wrong; empty when it passed. */
  readonly problems: readonly string[];
  readonly seconds: number;
  /** Where the evidence lies, when it failed. */
  readonly kept?: string;
}

/** The verdict on one line, with what is wrong below it. */
export function formatReport(report: DrillReport): string {
  const { id, name, seed, skipped, verdict, problems, notes, seconds, kept } = report;
  const head = `${id} ${name}`;
  if (skipped !== undefined) return `SKIPPED ${head}: ${skipped}`;
  const word = problems.length === 0 ? 'PASSED' : 'FAILED';
  const counts = verdict ? verdictLine(verdict) : 'no verdict';
  const more = notes.map((note) => `, ${note}`).join('');
  const line =
    `${word} ${head}: ${counts}, failed sends ${report.failedSends}${more}` +
    ` (seed ${seed}, ${seconds.toFixed(0)} s)`;
  const below = problems.map((problem) => `\n    ${problem}`).join('');
  return line + below + (kept === undefined ? '' : `\n    Evidence: ${kept}`);
}
