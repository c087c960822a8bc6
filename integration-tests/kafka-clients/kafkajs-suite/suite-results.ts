import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { whyItFails } from './explained-failures';
import { notApplicable, type Inapplicability } from './not-applicable';

/** The part of jest's `--json` report that is read here. */
export interface JestJson {
  readonly testResults: readonly {
    /** Path of the test file. */
    readonly name: string;
    /** Why the file could not be run at all, if so. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: 'passed' | 'failed' | 'pending' | 'todo';
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

export interface FailedTest {
  readonly file: string;
  readonly title: string;
  /** The first line of what jest says. */
  readonly message: string;
  /** Null when nobody knows. */
  readonly reason: string | null;
}

export interface FolderResults {
  readonly folder: string;
  readonly passed: number;
  /** Those of {@link passed} that opened connections; the others check KafkaJS by itself. */
  readonly live: number;
  readonly failed: readonly FailedTest[];
  /** Number of tests that do not count, by reason. */
  readonly notApplicable: Readonly<Partial<Record<Inapplicability, number>>>;
  /** Tests the suite itself does not run against this version of Kafka. */
  readonly skipped: number;
}

/** Path of the file and title of each test that opened a connection. */
export type Connections = ReadonlySet<string>;

const testId = (path: string, title: string): string => `${path}: ${title}`;

/** @param notes what `note-connections.cjs` wrote */
export function readConnections(notes: string): Connections {
  const lines = notes.split('\n').filter((line) => line !== '');
  return new Set(
    lines.map((line) => {
      const { testPath, currentTestName } = JSON.parse(line) as Record<string, string>;
      return testId(testPath ?? '', currentTestName ?? '');
    }),
  );
}

/** Sorts the tests of a folder. @param root of the suite */
export function readResults(
  folder: string,
  report: JestJson,
  connections: Connections,
  root: string,
): FolderResults {
  const counts = { passed: 0, live: 0, skipped: 0 };
  const failed: FailedTest[] = [];
  const excluded: Partial<Record<Inapplicability, number>> = {};
  for (const { name, message, assertionResults } of report.testResults) {
    const file = relative(root, name);
    const fail = (title: string, said: string) =>
      failed.push({
        file,
        title,
        message: firstLine(said),
        reason: whyItFails(file, title) ?? null,
      });
    if (assertionResults.length === 0) fail('', message);
    for (const { fullName, status, failureMessages } of assertionResults) {
      const why = notApplicable(file, fullName);
      if (why) excluded[why] = (excluded[why] ?? 0) + 1;
      else if (status === 'passed') {
        counts.passed += 1;
        if (connections.has(testId(name, fullName))) counts.live += 1;
      } else if (status !== 'failed') counts.skipped += 1;
      else fail(fullName, failureMessages?.[0] ?? '');
    }
  }
  return { folder, ...counts, failed, notApplicable: excluded };
}

/** The first line that says something: jest begins with a headline. */
function firstLine(message: string): string {
  const lines = stripVTControlCharacters(message).split('\n');
  return (lines.find((line) => line.trim() !== '' && !line.includes('●')) ?? '').trim();
}
