import type { ConfigDefinition } from './config-definition';
import { ConfigError } from './config-error';

interface NumberType {
  readonly word: string;
  readonly pattern: RegExp;
  readonly min: number;
  readonly max: number;
}

const WHOLE = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const numberTypes: Partial<Record<string, NumberType>> = {
  short: { word: 'a whole number', pattern: WHOLE, min: -0x8000, max: 0x7fff },
  int: { word: 'a whole number', pattern: WHOLE, min: -0x8000_0000, max: 0x7fff_ffff },
  long: { word: 'a whole number', pattern: WHOLE, min: -(2 ** 63), max: 2 ** 63 },
  double: { word: 'a number', pattern: DECIMAL, min: -Infinity, max: Infinity },
};

type Parsed = { value: unknown } | { allowed: string };

/**
 * Turns the text of a config into its value, as Kafka's ConfigDef does: blanks at both ends do not
 * count, booleans ignore case, lists are separated by commas. A `long` beyond what a JS number holds
 * exactly becomes `Number.MAX_SAFE_INTEGER`, which is more than any size, offset or time.
 *
 * @throws {@link ConfigError} naming the key, the value and what is allowed
 */
export function parseConfig<T>(key: string, definition: ConfigDefinition<T>, text: string): T {
  const trimmed = text.trim();
  const parsed = parseValue(definition as ConfigDefinition, trimmed);
  const allowed =
    'allowed' in parsed ? parsed.allowed : broken(definition as ConfigDefinition, parsed.value);
  if (allowed !== undefined) {
    const shown = definition.type === 'password' ? '[hidden]' : `"${trimmed}"`;
    throw new ConfigError(`${key} cannot be ${shown}: it must be ${allowed}.`, [key]);
  }
  return (parsed as { value: T }).value;
}

function parseValue(definition: ConfigDefinition, text: string): Parsed {
  switch (definition.type) {
    case 'boolean': {
      const lower = text.toLowerCase();
      if (lower === 'true' || lower === 'false') return { value: lower === 'true' };
      return { allowed: 'true or false' };
    }
    case 'list':
      return { value: text === '' ? [] : text.split(',').map((element) => element.trim()) };
    case 'string':
    case 'password':
      return { value: text };
    case 'short':
    case 'int':
    case 'long':
    case 'double':
      return parseNumber(definition, text);
  }
}

function parseNumber(definition: ConfigDefinition, text: string): Parsed {
  const type = numberTypes[definition.type] as NumberType;
  const value = Number(text);
  if (!type.pattern.test(text) || value < type.min || value > type.max) {
    return { allowed: describeAllowed(definition) };
  }
  if (definition.type !== 'long') return { value };
  return {
    value: Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value)),
  };
}

/** What is allowed, when the value is not. */
function broken(definition: ConfigDefinition, value: unknown): string | undefined {
  const { min = -Infinity, max = Infinity, choices, check } = definition;
  const outside = typeof value === 'number' && (value < min || value > max);
  const elements = (Array.isArray(value) ? value : [value]) as string[];
  const foreign = choices && !elements.every((element) => choices.includes(element));
  if (outside || foreign) return describeAllowed(definition);
  return check?.(value as object);
}

/** The values a config takes, as part of a sentence or cell: `a whole number, at least 1`. */
export function describeAllowed(definition: ConfigDefinition): string {
  const { type, min, max, choices } = definition;
  if (choices) return `${type === 'list' ? 'any of' : 'one of'} ${choices.join(', ')}`;
  const numeric = numberTypes[type];
  if (numeric) {
    const upper = max ?? (type === 'int' || type === 'short' ? numeric.max : undefined);
    if (min !== undefined && upper !== undefined) {
      return `${numeric.word} from ${min} to ${upper}`;
    }
    if (min !== undefined) return `${numeric.word}, at least ${min}`;
    return upper === undefined ? numeric.word : `${numeric.word}, at most ${upper}`;
  }
  if (type === 'boolean') return 'true or false';
  return type === 'list' ? 'a list separated by commas' : 'a text';
}
