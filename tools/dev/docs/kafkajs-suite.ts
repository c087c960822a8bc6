import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../cli/project-root';

/** What `npm run kafkajs-suite -- --json` wrote. */
const RESULTS = join('docs', 'kafkajs-suite.json');

/** The part of the results that is shown. */
interface SuiteResults {
  readonly tag: string;
  readonly folders: readonly {
    readonly folder: string;
    readonly passed: number;
    readonly live: number;
    readonly skipped: number;
    readonly failed: readonly {
      readonly file: string;
      readonly title: string;
      readonly reason: string | null;
    }[];
    readonly notApplicable: Readonly<Record<string, number>>;
  }[];
}

/** What became of KafkaJS's own tests: a row per folder, and a row per failure with its reason. */
export function renderKafkaJsSuite(): string {
  const { tag, folders } = JSON.parse(
    readFileSync(join(projectRoot(), RESULTS), 'utf8'),
  ) as SuiteResults;
  const passed = sum(folders.map((folder) => folder.passed));
  const live = sum(folders.map((folder) => folder.live));
  const failures = folders.flatMap(({ failed }) => failed);
  const counted = passed + failures.length;
  const percent = ((100 * passed) / counted).toFixed(1);
  return [
    `Of ${counted} tests of KafkaJS ${tag} that count, ${passed} pass: ${percent} %. ${live} of these spoke to brokers; the others check KafkaJS by itself.`,
    '',
    '| folder | passed | of these live | failed | need security | need transactions | need ACLs | skipped by KafkaJS |',
    '|---|---:|---:|---:|---:|---:|---:|---:|',
    ...folders.map(({ folder, passed, live, failed, notApplicable: no, skipped }) => {
      const excluded = [no.security, no.transactions, no.ACLs].map((count) => count ?? 0);
      return `| ${['`src/' + folder + '`', passed, live, failed.length, ...excluded, skipped].join(' | ')} |`;
    }),
    '',
    '| failure | reason |',
    '|---|---|',
    ...failures.map(({ file, title, reason }) => {
      const why = reason ?? 'not explained yet';
      return `| \`${file}\`: ${title.replaceAll('|', '\\|')} | ${why} |`;
    }),
  ].join('\n');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
