import { deserializerOf, type Deserializer } from './deserializers';
import { isTrue, mustBeKnown } from './known-properties';

const FIELDS = ['timestamp', 'partition', 'offset', 'headers', 'key', 'value'] as const;
type Field = (typeof FIELDS)[number];

/** What a console consumer prints of each record, and how. */
export interface PrintOptions {
  readonly print: Readonly<Record<Field, boolean>>;
  readonly keySeparator: string;
  readonly lineSeparator: string;
  readonly headersSeparator: string;
  readonly nullLiteral: string;
  readonly deserialize: Readonly<Record<'key' | 'value' | 'headers', Deserializer>>;
}

const KNOWN = [
  ...FIELDS.map((field) => `print.${field}`),
  'key.separator',
  'line.separator',
  'headers.separator',
  'null.literal',
  'key.deserializer',
  'value.deserializer',
  'headers.deserializer',
];

const DEFAULT_DESERIALIZER = 'ByteArrayDeserializer';

/**
 * Reads the properties of kafka-console-consumer's formatter (DefaultMessageFormatter).
 *
 * @throws UsageError for an unknown property or deserializer
 */
export function printOptions(properties: Readonly<Record<string, string>>): PrintOptions {
  mustBeKnown('formatter', properties, KNOWN);
  const printed = (field: Field): boolean =>
    isTrue(properties[`print.${field}`] ?? String(field === 'value'));
  const deserializer = (of: string): Deserializer =>
    deserializerOf((properties[`${of}.deserializer`] ?? DEFAULT_DESERIALIZER).trim());
  return {
    print: Object.fromEntries(
      FIELDS.map((field) => [field, printed(field)]),
    ) as PrintOptions['print'],
    keySeparator: properties['key.separator'] ?? '\t',
    lineSeparator: properties['line.separator'] ?? '\n',
    headersSeparator: properties['headers.separator'] ?? ',',
    nullLiteral: properties['null.literal'] ?? 'null',
    deserialize: {
      key: deserializer('key'),
      value: deserializer('value'),
      headers: deserializer('headers'),
    },
  };
}
