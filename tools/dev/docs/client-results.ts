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
  /** What the brokers were asked for meanwhile, as `Produce 7`. */
  readonly asked: readonly string[];
}

/** Written by `npm run compatibility`. */
export function clientResultsFile(): string {
  return join(projectRoot(), 'docs', 'compatibility-results.json');
}

export function readClientResults(): ClientResult[] {
  const file = clientResultsFile();
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ClientResult[]) : [];
}

/** The versions of an API that some clients have asked for. */
export function askedVersions(
  results: readonly ClientResult[],
  clients: readonly string[],
  api: string,
): number[] {
  const asked = results
    .filter(({ client }) => clients.includes(client))
    .flatMap((one) => one.asked)
    .map((key) => key.split(' '))
    .filter(([name]) => name === api)
    .map(([, version]) => Number(version));
  return [...new Set(asked)].sort((a, b) => a - b);
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
