import { readFileSync } from 'node:fs';
import { parse } from 'dot-properties';
import { KafkaClassicError, describeError } from '../../client/runtime/error';

/** A file of `key=value` lines could not be used. */
export class PropertiesFileError extends KafkaClassicError {
  constructor(message: string, advice: string, cause?: unknown) {
    super(message, { code: 'PROPERTIES_FILE', retriable: false, advice, cause });
  }
}

const ADVICE: Record<string, string> = {
  ENOENT: 'Check the path; a relative path starts at the current directory.',
  EACCES: 'Make the file readable for the user who runs this command.',
  EISDIR: 'Name the file, not its directory.',
};

/**
 * Reads a file of configs in Java's properties format, as `--command-config` and
 * `--producer.config` name it. Keys are flat (`a.b` stays `a.b`); a key given twice keeps its last
 * value; values lose blanks at their end.
 *
 * @throws {@link PropertiesFileError} when the file is missing or unreadable
 */
export function loadPropertiesFile(path: string): Record<string, string> {
  const properties = Object.entries(loadVerbatimProperties(path));
  return Object.fromEntries(properties.map(([key, value]) => [key, value.trimEnd()]));
}

/**
 * As {@link loadPropertiesFile}, with the values as Java reads them: blanks at their end stay, those
 * after the `=` stay when they are escaped. For files whose values may be separators.
 *
 * @throws {@link PropertiesFileError} when the file is missing or unreadable
 */
export function loadVerbatimProperties(path: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const reason = code === 'ENOENT' ? 'it does not exist' : describeError(error);
    throw new PropertiesFileError(
      `Cannot read ${path}: ${reason}.`,
      ADVICE[code] ?? 'Check the path.',
      error,
    );
  }
  // Every text is a properties file of some kind: a line without `=` is a key with an empty value.
  return parse(text) as Record<string, string>;
}
