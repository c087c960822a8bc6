import type { ConfigDefinition } from './config-definition';
import { ConfigError } from './config-error';
import { nearestName } from './nearest-name';
import { parseConfig } from './parse-config';
import { whyUnsupported } from './unsupported-configs';

/** Configs as read from a file or znode: names and texts. */
export type Properties = Readonly<Record<string, string>>;

/** The error for a name that is in no table, telling the name that was probably meant. */
export function unknownConfig(key: string, kind: string, known: Iterable<string>): ConfigError {
  const why = whyUnsupported(key);
  if (why) return new ConfigError(`${key} is not supported: ${why}.`, [key], 'Remove it.');
  const meant = nearestName(key, known);
  return new ConfigError(
    `${key} is not a ${kind} config.`,
    [key],
    meant ? `Did you mean ${meant}?` : 'Remove it.',
  );
}

/** Everything that is wrong with the names and values of some properties. */
export function checkProperties(
  properties: Properties,
  table: Readonly<Record<string, unknown>>,
  kind: string,
): ConfigError[] {
  const problems: ConfigError[] = [];
  for (const [key, text] of Object.entries(properties)) {
    if (!Object.hasOwn(table, key)) {
      problems.push(unknownConfig(key, kind, Object.keys(table)));
      continue;
    }
    try {
      parseConfig(key, table[key] as ConfigDefinition, text);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(error);
    }
  }
  return problems;
}
