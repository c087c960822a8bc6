import { readFileSync } from 'node:fs';
import { parse } from 'dot-properties';
import { fileProblem } from '../../client/runtime/file-problem';
import type { Properties } from './check-properties';
import { ConfigError } from './config-error';

/** Reads Java's properties format: names stay flat, blanks at the end of values are dropped. */
export function parseServerProperties(text: string): Record<string, string> {
  const parsed = parse(text) as Record<string, string>;
  return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, value.trimEnd()]));
}

/** Reads `--override name=value` as often as given. @throws ConfigError */
export function parseOverrides(overrides: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    overrides.map((override) => {
      const equals = override.indexOf('=');
      if (equals < 1) {
        throw new ConfigError(
          `"${override}" is not an override: name=value is expected.`,
          [],
          'Write for instance --override broker.id=1.',
        );
      }
      return [override.slice(0, equals).trim(), override.slice(equals + 1).trim()];
    }),
  );
}

/**
 * The configs of a `server.properties` file, changed by overrides of the command line.
 *
 * @throws ConfigError when the file cannot be read or an override is malformed
 */
export function loadServerProperties(path: string, overrides: readonly string[] = []): Properties {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { reason, advice } = fileProblem(error);
    const message = `The configs of the broker cannot be read from ${path}: ${reason}.`;
    throw new ConfigError(message, [], advice);
  }
  return { ...parseServerProperties(text), ...parseOverrides(overrides) };
}
