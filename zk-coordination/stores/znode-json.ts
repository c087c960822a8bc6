import { describeError } from '../../client/runtime/error';
import { MalformedZnodeError } from './malformed-znode-error';

/** As bytes for a znode. */
export function encodeJson(value: object): Buffer {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

/**
 * Reads the JSON of a znode field by field. Unknown fields are ignored; a missing or mistyped one
 * throws MalformedZnodeError, unless a fallback is given for its absence.
 */
export class ZnodeJson {
  private constructor(
    private readonly path: string,
    private readonly fields: Readonly<Record<string, unknown>>,
    private readonly prefix: string,
  ) {}

  static parse(path: string, data: Buffer | null): ZnodeJson {
    if (data === null || data.length === 0) throw new MalformedZnodeError(path, 'it has no data');
    let value: unknown;
    try {
      value = JSON.parse(data.toString('utf8'));
    } catch (error) {
      throw new MalformedZnodeError(path, `it is not JSON (${describeError(error)})`, error);
    }
    if (!isObject(value)) throw new MalformedZnodeError(path, 'it is not a JSON object');
    return new ZnodeJson(path, value, '');
  }

  get keys(): string[] {
    return Object.keys(this.fields);
  }

  /** Whether the field is null or absent. */
  isNull(name: string): boolean {
    return !Object.hasOwn(this.fields, name) || this.fields[name] === null;
  }

  int(name: string, fallback?: number): number {
    return this.read(name, 'an integer', isInt, fallback);
  }

  string(name: string, fallback?: string): string {
    return this.read(name, 'a string', isString, fallback);
  }

  nullableString(name: string): string | null {
    return this.read(name, 'a string or null', isStringOrNull, null);
  }

  /** An int64 that Kafka writes as a string. */
  longString(name: string, fallback?: number): number {
    const value = this.read<string | number>(name, 'a number in a string', isLong, fallback);
    return Number(value);
  }

  ints(name: string, fallback?: number[]): number[] {
    return this.read(name, 'a list of integers', isListOf(isInt), fallback);
  }

  strings(name: string, fallback?: string[]): string[] {
    return this.read(name, 'a list of strings', isListOf(isString), fallback);
  }

  /** Fields of a nested object; an absent one has none when `optional`. */
  object(name: string, optional = false): ZnodeJson {
    const fields = this.read(name, 'an object', isObject, optional ? {} : undefined);
    return new ZnodeJson(this.path, fields, `${this.prefix}${name}.`);
  }

  objects(name: string): ZnodeJson[] {
    const list = this.read(name, 'a list of objects', isListOf(isObject));
    return list.map((one, at) => new ZnodeJson(this.path, one, `${this.prefix}${name}[${at}].`));
  }

  /** The error for a field that is well-typed and yet wrong. */
  wrong(name: string, expected: string): MalformedZnodeError {
    const shown = JSON.stringify(this.fields[name])?.slice(0, 80);
    return new MalformedZnodeError(
      this.path,
      `field "${this.prefix}${name}" is not ${expected}: ${shown}`,
    );
  }

  private read<T>(
    name: string,
    expected: string,
    accepts: (value: unknown) => value is T,
    fallback?: T,
  ): T {
    const value = Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
    if (value === undefined) {
      if (fallback !== undefined) return fallback;
      throw new MalformedZnodeError(this.path, `field "${this.prefix}${name}" is missing`);
    }
    if (!accepts(value)) throw this.wrong(name, expected);
    return value;
  }
}

function isInt(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isStringOrNull(value: unknown): value is string | null {
  return value === null || isString(value);
}

function isLong(value: unknown): value is string | number {
  return isInt(value) || (isString(value) && /^-?\d+$/.test(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf<T>(accepts: (value: unknown) => value is T) {
  return (value: unknown): value is T[] => Array.isArray(value) && value.every(accepts);
}
