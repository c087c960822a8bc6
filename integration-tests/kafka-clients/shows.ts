import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readClientResults, type ClientResult } from '../../tools/dev/docs/client-results';
import { askedSince, askedVersions } from './asked-versions';
import { RESULTS_DIRECTORY } from './results-directory';
import type { TestedClient } from './tested-client';

/** Results are kept there for `npm run compatibility`. */
const directory = process.env[RESULTS_DIRECTORY];
const shown: ClientResult[] = [];

/**
 * A test of something that a client does with our brokers, which docs/compatibility.md tells of.
 * Without the client it passes, says that it has not looked, and counts as skipped.
 *
 * @param feature as it stands in the table
 * @param endpoints where the brokers tell what they are asked for, when only this client asks them
 *   over the Kafka wire
 */
export function shows(
  client: TestedClient,
  feature: string,
  body: () => Promise<void>,
  endpoints: () => readonly string[] = () => [],
): void {
  const tell = (result: ClientResult['result'], asked: readonly string[] = []): void => {
    shown.push({ client: client.name, version: client.version, feature, result, asked });
  };
  test(`${client.name}: ${feature}`, async () => {
    if (client.version === null) {
      console.warn(`SKIPPED: ${feature}. This machine has no ${client.name}.`);
      return tell('skipped');
    }
    const tellers = directory === undefined ? [] : endpoints();
    const before = await askedVersions(tellers);
    try {
      await body();
    } catch (error) {
      tell('failed');
      throw error;
    }
    tell('passed', askedSince(before, await askedVersions(tellers)));
  });
}

/** Keeps the results for `npm run compatibility`; else sees that the page tells of each test. */
afterAll(() => {
  if (directory !== undefined) {
    mkdirSync(directory, { recursive: true });
    const { testPath = 'results' } = expect.getState();
    writeFileSync(join(directory, `${basename(testPath)}.json`), JSON.stringify(shown));
    return;
  }
  const told = new Set(readClientResults().map(({ client, feature }) => `${client}: ${feature}`));
  const untold = shown.map(({ client, feature }) => `${client}: ${feature}`);
  if (untold.every((name) => told.has(name))) return;
  const missing = untold.filter((name) => !told.has(name)).join('\n');
  throw new Error(
    `docs/compatibility.md does not tell of these; npm run compatibility:\n${missing}`,
  );
});
