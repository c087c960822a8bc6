/** The part of jest's `--json` report that is read here. */
export interface JestReport {
  readonly numTotalTestSuites: number;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Files that broke before a test of theirs could run. */
  readonly numRuntimeErrorTestSuites: number;
}

/** The last line of `npm test`: `12 suites, 340 tests passed, 0 failed, 1 skipped in 41.2 s`. */
export function countsLine(report: JestReport, ms: number): string {
  const broken = report.numRuntimeErrorTestSuites;
  const skipped = report.numPendingTests + report.numTodoTests;
  return (
    `${report.numTotalTestSuites} suites, ${report.numPassedTests} tests passed, ` +
    `${report.numFailedTests} failed${broken > 0 ? ` (and ${broken} suites did not run)` : ''}, ` +
    `${skipped} skipped in ${(ms / 1000).toFixed(1)} s`
  );
}
