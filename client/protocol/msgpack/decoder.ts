import { MalformedMessageError } from '../malformed-message-error';
import { freshDefault, type Field, type FieldType, type ScalarKind, type Shape } from '../schema';
import { includes } from '../version-range';
import type { MsgpackReader } from './reader';

/** Reads a message with every field present and of its type. */
export type Decoder = (reader: MsgpackReader) => Record<string, unknown>;
type ValueReader = (reader: MsgpackReader) => unknown;

interface FieldReader {
  readonly name: string;
  /** What stands for a field that is missing, never the same object twice. */
  readonly missing: () => unknown;
  /** Undefined for a field that the version does not know. */
  readonly read: ValueReader | undefined;
}

const integerLimits: Partial<Record<ScalarKind, readonly [min: number, max: number]>> = {
  int8: [-0x80, 0x7f],
  int16: [-0x8000, 0x7fff],
  int32: [-0x8000_0000, 0x7fff_ffff],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint16: [0, 0xffff],
  uint32: [0, 0xffff_ffff],
};

/**
 * Compiles a shape into a reader for one version, which takes a message from its bytes without
 * unpacking it first. Fields nobody knows are ignored, fields that are missing take their defaults,
 * fields of a wrong type are refused with their path.
 *
 * @returns what throws MalformedMessageError
 */
export function compileDecoder(shape: Shape, version: number): Decoder {
  const decode = structReader(shape, version);
  return (reader) => {
    try {
      return decode(reader);
    } catch (error) {
      throw error instanceof Misfit ? error.toError() : error;
    }
  };
}

/** What is wrong with a value, and where: completed on the way out, so that no path is built for nothing. */
class Misfit {
  private path = '';

  constructor(private readonly what: string) {}

  inField(name: string): this {
    this.path =
      this.path === '' || this.path.startsWith('[') ? name + this.path : `${name}.${this.path}`;
    return this;
  }

  inElement(index: number): this {
    const rest = this.path === '' || this.path.startsWith('[') ? this.path : `.${this.path}`;
    this.path = `[${index}]${rest}`;
    return this;
  }

  toError(): MalformedMessageError {
    return new MalformedMessageError(this.what, this.path);
  }
}

function structReader(shape: Shape, version: number): Decoder {
  const fields = Object.entries(shape).map(([name, field]): FieldReader => ({
    name,
    missing: defaultMaker(field),
    read: includes(field.versions, version)
      ? nullable(valueReader(field.type, version), includes(field.nullable, version))
      : undefined,
  }));

  return (reader) => {
    const message: Record<string, unknown> = {};
    const { kind } = reader;
    const pairs = reader.mapHeader();
    if (pairs === undefined) throw new Misfit(`a map is expected, not ${kind}`);
    /** Fields before this one have their values. */
    let next = 0;
    for (let pair = 0; pair < pairs; pair++) {
      const index = fieldAt(reader, fields, next);
      const read = fields[index]?.read;
      if (!read) {
        reader.skip();
        continue;
      }
      for (; next < index; next++) message[fields[next].name] = fields[next].missing();
      const { name } = fields[index];
      try {
        message[name] = read(reader);
      } catch (error) {
        throw error instanceof Misfit ? error.inField(name) : error;
      }
      if (index === next) next++;
    }
    for (; next < fields.length; next++) {
      message[fields[next].name] = fields[next].missing();
    }
    return message;
  };
}

/**
 * Reads a key.
 *
 * @param likely the field it probably names: whoever writes a message keeps to the order of the shape
 * @returns index of the field it names, -1 for none
 */
function fieldAt(reader: MsgpackReader, fields: readonly FieldReader[], likely: number): number {
  const length = reader.stringHeader();
  if (length === undefined) {
    reader.skip();
    return -1;
  }
  let found = -1;
  for (let i = 0; i < fields.length && found < 0; i++) {
    const index = (likely + i) % fields.length;
    const { name } = fields[index];
    if (name.length === length && reader.isAt(name)) found = index;
  }
  reader.position += length;
  return found;
}

/** As `freshDefault`, with the shapes looked through beforehand. */
function defaultMaker({ type, default: value }: Field): () => unknown {
  if (value === null || typeof value !== 'object') return () => value;
  if (type.kind !== 'struct') return () => freshDefault(type, value);
  const fields = Object.entries(type.shape).map(([name, field]) => ({
    name,
    make: defaultMaker(field),
  }));
  return () => {
    const message: Record<string, unknown> = {};
    for (const { name, make } of fields) message[name] = make();
    return message;
  };
}

function nullable(read: ValueReader, allowed: boolean): ValueReader {
  return (reader) => {
    if (!reader.nil()) return read(reader);
    if (allowed) return null;
    throw new Misfit('null is not allowed in this version');
  };
}

function valueReader(type: FieldType, version: number): ValueReader {
  switch (type.kind) {
    case 'struct':
      return structReader(type.shape, version);
    case 'array':
      return arrayReader(valueReader(type.element, version));
    case 'bool':
      return (reader) => reader.bool() ?? misfit('a boolean', reader);
    case 'float64':
      return (reader) => reader.number() ?? misfit('a number', reader);
    case 'string':
    case 'uuid':
      return stringReader();
    case 'bytes':
    case 'records':
      return (reader) => reader.bin() ?? misfit('bin', reader);
    default:
      return integerReader(type.kind);
  }
}

function arrayReader(element: ValueReader): ValueReader {
  return (reader) => {
    const length = reader.arrayHeader() ?? misfit('a list', reader);
    const items: unknown[] = [];
    for (let i = 0; i < length; i++) {
      try {
        if (reader.nil()) throw new Misfit('null in a list');
        items.push(element(reader));
      } catch (error) {
        throw error instanceof Misfit ? error.inElement(i) : error;
      }
    }
    return items;
  };
}

/** Most fields hold the same text again and again, names of topics above all. */
function stringReader(): ValueReader {
  let last = '';
  return (reader) => (last = reader.string(last) ?? misfit('a string', reader));
}

function integerReader(kind: ScalarKind): ValueReader {
  const [min, max] = integerLimits[kind] as readonly [number, number];
  return (reader) => {
    const value = reader.number() ?? misfit(`an ${kind}`, reader);
    if (value >= min && value <= max && Number.isInteger(value)) return value;
    throw new Misfit(
      Number.isInteger(value)
        ? `${value} does not fit an ${kind}`
        : `an ${kind} is expected, not a number`,
    );
  };
}

function misfit(expected: string, { kind }: MsgpackReader): never {
  throw new Misfit(`${expected} is expected, not ${kind}`);
}
