import { anomalies, anomalyNames, type Verdict } from './checker/verdict';
import type { UserDrillResult } from './run-user-drill';

/** What `kafka-drill` prints of a drill that has ended, line by line. */
export function userReport(
  name: string,
  { passed, verdict, problems, seconds }: UserDrillResult,
): string[] {
  const found = anomalyNames.filter((anomaly) => verdict[anomaly] > 0);
  return [
    `${name}: ${passed ? 'PASSED' : 'FAILED'} in ${seconds.toFixed(1)} s`,
    `  ${verdict.acked} records acknowledged, ${verdict.read} read${endOf(verdict, found.length === 0)}`,
    `  longest time that a partition acknowledged nothing: ${(verdict.longestUnavailabilityMs / 1000).toFixed(1)} s`,
    ...problems.map((problem) => `  ${problem}`),
    ...found.map((anomaly) => `  ${anomaly} ${verdict[anomaly]}: ${anomalies[anomaly]}`),
    ...verdict.findings.map(
      ({ anomaly, partition, what }) => `    ${anomaly}: ${partition}: ${what}`,
    ),
  ];
}

/** Nothing can be said of records when none were acknowledged. */
function endOf({ acked }: Verdict, isClean: boolean): string {
  if (acked === 0) return '';
  return isClean ? '; none lost, duplicated or reordered' : '; not all is well:';
}
