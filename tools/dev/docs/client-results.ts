import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../cli/project-root';

/** What a test has shown a client to do with our brokers. */
export interface ClientResult {
  readonly client: string;
  /** Of the client that was there; null when there was none. */
  readonly version: string | null;
  readonly feature: string;
  readonly result: 'passed' | 'failed' | 'skipped';
}

/** Written by `npm run compatibility`. */
export function clientResultsFile(): string {
  return join(projectRoot(), 'docs', 'compatibility-results.json');
}

export function readClientResults(): ClientResult[] {
  const file = clientResultsFile();
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ClientResult[]) : [];
}

/** A table of what each client was seen doing. */
export function renderClientResults(results: readonly ClientResult[]): string {
  return [
    '| client | what | result |',
    '|---|---|---|',
    ...results.map(({ client, version, feature, result }) => {
      const name = version === null ? client : `${client} ${version}`;
      return `| ${name} | ${feature.replaceAll('|', '\\|')} | ${result} |`;
    }),
  ].join('\n');
}
