import { MalformedMessageError } from '../malformed-message-error';
import { freshDefault, type Field, type FieldType, type ScalarKind, type Shape } from '../schema';
import { includes } from '../version-range';

/** Turns an unpacked value into a message with every field present and of its type. */
export type Decoder = (value: unknown, path: string) => Record<string, unknown>;
type ValueReader = (value: unknown, path: string) => unknown;

const integerLimits: Partial<Record<ScalarKind, readonly [min: number, max: number]>> = {
  int8: [-0x80, 0x7f],
  int16: [-0x8000, 0x7fff],
  int32: [-0x8000_0000, 0x7fff_ffff],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint16: [0, 0xffff],
  uint32: [0, 0xffff_ffff],
};

/**
 * Compiles a shape into a checker for one version. Fields nobody knows are ignored, fields that are
 * missing take their defaults, fields of a wrong type are refused with their path.
 */
export function compileDecoder(shape: Shape, version: number): Decoder {
  const fields = Object.entries(shape).map(([name, field]) => ({
    name,
    field,
    read: includes(field.versions, version)
      ? nullable(valueReader(field.type, version), includes(field.nullable, version))
      : undefined,
  }));

  return (value, path) => {
    if (!isMap(value))
      throw new MalformedMessageError(`a map is expected, not ${kindOf(value)}`, path);
    const message: Record<string, unknown> = {};
    for (let i = 0; i < fields.length; i++) {
      const { name, field, read } = fields[i];
      const given = read === undefined ? undefined : value[name];
      message[name] =
        given === undefined
          ? defaultOf(field)
          : (read as ValueReader)(given, path === '' ? name : `${path}.${name}`);
    }
    return message;
  };
}

function defaultOf({ type, default: value }: Field): unknown {
  return typeof value === 'object' ? freshDefault(type, value) : value;
}

function nullable(read: ValueReader, allowed: boolean): ValueReader {
  return (value, path) => {
    if (value !== null) return read(value, path);
    if (allowed) return null;
    throw new MalformedMessageError('null is not allowed in this version', path);
  };
}

function valueReader(type: FieldType, version: number): ValueReader {
  switch (type.kind) {
    case 'struct':
      return compileDecoder(type.shape, version);
    case 'array': {
      const element = valueReader(type.element, version);
      return (value, path) => {
        if (!Array.isArray(value)) throw wrong('a list', value, path);
        return value.map((item, index) => {
          if (item === null) throw new MalformedMessageError('null in a list', `${path}[${index}]`);
          return element(item, `${path}[${index}]`);
        });
      };
    }
    case 'bool':
      return (value, path) => {
        if (typeof value !== 'boolean') throw wrong('a boolean', value, path);
        return value;
      };
    case 'float64':
      return (value, path) => {
        if (typeof value !== 'number') throw wrong('a number', value, path);
        return value;
      };
    case 'string':
    case 'uuid':
      return (value, path) => {
        if (typeof value !== 'string') throw wrong('a string', value, path);
        return value;
      };
    case 'bytes':
    case 'records':
      return (value, path) => {
        if (!Buffer.isBuffer(value)) throw wrong('bin', value, path);
        return value;
      };
    default: {
      const [min, max] = integerLimits[type.kind] as readonly [number, number];
      return (value, path) => {
        if (typeof value !== 'number' || !Number.isInteger(value)) {
          throw wrong(`an ${type.kind}`, value, path);
        }
        if (value < min || value > max) {
          throw new MalformedMessageError(`${value} does not fit an ${type.kind}`, path);
        }
        return value;
      };
    }
  }
}

function wrong(expected: string, value: unknown, path: string): MalformedMessageError {
  return new MalformedMessageError(`${expected} is expected, not ${kindOf(value)}`, path);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value)
  );
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (Buffer.isBuffer(value)) return 'bin';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}
