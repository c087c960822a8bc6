import { UsageError } from '../cli/usage-error';
import { isTrue, mustBeKnown } from './known-properties';

/** How a line is taken apart. */
export interface LineReaderOptions {
  readonly parseKey: boolean;
  readonly keySeparator: string;
  readonly parseHeaders: boolean;
  /** Between the headers and the rest. */
  readonly headersDelimiter: string;
  /** Between one header and the next. */
  readonly headersSeparator: string;
  /** Between a header's key and its value. */
  readonly headersKeySeparator: string;
  /** A key, value or header value equal to it is null; default none. */
  readonly nullMarker: string | undefined;
  /** A line without the separator it should have is a value. */
  readonly ignoreError: boolean;
}

const KNOWN = [
  'parse.key',
  'key.separator',
  'parse.headers',
  'headers.delimiter',
  'headers.separator',
  'headers.key.separator',
  'null.marker',
  'ignore.error',
];

/** Pairs that would make a line ambiguous (ConsoleProducer.scala, LineMessageReader). */
const MUST_DIFFER: readonly (readonly [string, string])[] = [
  ['headers.delimiter', 'headers.separator'],
  ['headers.delimiter', 'headers.key.separator'],
  ['headers.separator', 'headers.key.separator'],
  ['null.marker', 'key.separator'],
  ['null.marker', 'headers.separator'],
  ['null.marker', 'headers.delimiter'],
  ['null.marker', 'headers.key.separator'],
];

/**
 * Reads the properties of kafka-console-producer's line reader.
 *
 * @throws UsageError for an unknown one, an empty separator, two that must not be equal
 */
export function lineReaderOptions(properties: Readonly<Record<string, string>>): LineReaderOptions {
  mustBeKnown('line reader', properties, KNOWN);
  const separators: Record<string, string | undefined> = {
    'key.separator': properties['key.separator'] ?? '\t',
    'headers.delimiter': properties['headers.delimiter'] ?? '\t',
    'headers.separator': properties['headers.separator'] ?? ',',
    'headers.key.separator': properties['headers.key.separator'] ?? ':',
    'null.marker': properties['null.marker'],
  };
  for (const [name, value] of Object.entries(separators)) {
    if (value !== '' || name === 'null.marker') continue;
    throw new UsageError(`${name} is empty.`, `For a tab: --property ${name}=$'\\t'`);
  }
  for (const [one, other] of MUST_DIFFER) {
    if (separators[one] !== undefined && separators[one] === separators[other]) {
      throw new UsageError(`${one} and ${other} may not be equal.`, 'Choose another for one.');
    }
  }
  return {
    parseKey: isTrue(properties['parse.key']),
    keySeparator: separators['key.separator']!,
    parseHeaders: isTrue(properties['parse.headers']),
    headersDelimiter: separators['headers.delimiter']!,
    headersSeparator: separators['headers.separator']!,
    headersKeySeparator: separators['headers.key.separator']!,
    nullMarker: separators['null.marker'],
    ignoreError: isTrue(properties['ignore.error']),
  };
}
