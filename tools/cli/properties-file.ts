import { parse } from 'dot-properties';
import { readTextFile } from './text-file';

/**
 * Reads a file of configs in Java's properties format, as `--command-config` and
 * `--producer.config` name it. Keys are flat (`a.b` stays `a.b`); a key given twice keeps its last
 * value; values lose blanks at their end.
 *
 * @throws FileUnreadableError
 */
export function loadPropertiesFile(path: string): Record<string, string> {
  const properties = Object.entries(loadVerbatimProperties(path));
  return Object.fromEntries(properties.map(([key, value]) => [key, value.trimEnd()]));
}

/**
 * As {@link loadPropertiesFile}, with the values as Java reads them: blanks at their end stay, those
 * after the `=` stay when they are escaped. For files whose values may be separators.
 *
 * @throws FileUnreadableError
 */
export function loadVerbatimProperties(path: string): Record<string, string> {
  // Every text is a properties file of some kind: a line without `=` is a key with an empty value.
  return parse(readTextFile(path)) as Record<string, string>;
}
