import { MalformedMessageError } from '../malformed-message-error';
import { freshDefault, type Field, type FieldType, type Shape } from '../schema';
import { includes } from '../version-range';
import { classic, compact, type LengthForm } from './length';
import type { KafkaReader } from './reader';

/** Reads a message with every field present. */
export type Decoder = (reader: KafkaReader) => Record<string, unknown>;
type ValueReader = (reader: KafkaReader) => unknown;

interface FieldReader {
  readonly name: string;
  readonly field: Field;
  /** Undefined for a field that is not among the untagged ones of the version. */
  readonly read: ValueReader | undefined;
}

/**
 * Compiles a shape into a reader for one version. Records and bytes are views of the frame. Tagged
 * fields nobody knows are skipped.
 *
 * @returns what throws MalformedMessageError
 */
export function compileDecoder(shape: Shape, version: number, flexible: boolean): Decoder {
  const form = flexible ? compact : classic;
  const fields = Object.entries(shape).map(([name, field]): FieldReader => ({
    name,
    field,
    read:
      field.tag === undefined && includes(field.versions, version)
        ? fieldReader(name, field, version, form)
        : undefined,
  }));
  const tagged = flexible ? taggedReaders(shape, version) : undefined;

  return (reader) => {
    const message: Record<string, unknown> = {};
    for (let i = 0; i < fields.length; i++) {
      const { name, field, read } = fields[i];
      message[name] = read ? read(reader) : defaultOf(field);
    }
    if (tagged) readTagged(reader, tagged, message);
    return message;
  };
}

const scalarReaders = {
  bool: (reader: KafkaReader) => reader.bool(),
  int8: (reader: KafkaReader) => reader.int8(),
  int16: (reader: KafkaReader) => reader.int16(),
  int32: (reader: KafkaReader) => reader.int32(),
  int64: (reader: KafkaReader) => reader.int64(),
  uint16: (reader: KafkaReader) => reader.uint16(),
  uint32: (reader: KafkaReader) => reader.uint32(),
  float64: (reader: KafkaReader) => reader.float64(),
  uuid: (reader: KafkaReader) => reader.uuid(),
} as const;

type TaggedReaders = ReadonlyMap<number, { readonly name: string; readonly read: ValueReader }>;

function taggedReaders(shape: Shape, version: number): TaggedReaders {
  const readers = new Map<number, { name: string; read: ValueReader }>();
  for (const [name, field] of Object.entries(shape)) {
    if (field.tag === undefined || !includes(field.versions, version)) continue;
    readers.set(field.tag, { name, read: fieldReader(name, field, version, compact) });
  }
  return readers;
}

function readTagged(
  reader: KafkaReader,
  readers: TaggedReaders,
  message: Record<string, unknown>,
): void {
  const count = reader.uvarint();
  for (let i = 0; i < count; i++) {
    const known = readers.get(reader.uvarint());
    const size = reader.uvarint();
    if (!known) {
      reader.skip(size);
      continue;
    }
    const end = reader.position + size;
    message[known.name] = known.read(reader);
    if (reader.position !== end) {
      throw new MalformedMessageError(`tagged field ${known.name} is not of its size`);
    }
  }
}

/** Reads over a section of tagged fields. */
export function skipTagged(reader: KafkaReader): void {
  readTagged(reader, none, {});
}

const none: TaggedReaders = new Map();

function defaultOf({ type, default: value }: Field): unknown {
  return typeof value === 'object' ? freshDefault(type, value) : value;
}

function fieldReader(name: string, field: Field, version: number, form: LengthForm): ValueReader {
  const mayBeNull = includes(field.nullable, version);
  return valueReader(field.type, version, form, (what) => {
    if (mayBeNull) return null;
    throw new MalformedMessageError(`${what} ${name} must not be null in this version`);
  });
}

/** @param onNull what a null is, if it may be */
function valueReader(
  type: FieldType,
  version: number,
  form: LengthForm,
  onNull: (what: string) => null,
): ValueReader {
  switch (type.kind) {
    case 'struct':
      return compileDecoder(type.shape, version, form === compact);
    case 'array': {
      const element = valueReader(type.element, version, form, (what) => {
        throw new MalformedMessageError(`a ${what} in a list must not be null`);
      });
      return (reader) => {
        const count = form.readCount(reader);
        if (count < 0) return onNull('the list');
        reader.expect(count);
        const items: unknown[] = [];
        for (let i = 0; i < count; i++) items.push(element(reader));
        return items;
      };
    }
    case 'string': {
      // Most fields hold the same text again and again, names of topics above all.
      let last = '';
      return (reader) => {
        const length = form.readText(reader);
        return length < 0 ? onNull('the string') : (last = reader.text(length, last));
      };
    }
    case 'bytes':
    case 'records':
      return (reader) => {
        const length = form.readCount(reader);
        return length < 0 ? onNull('the bytes of') : reader.slice(length);
      };
    default:
      return scalarReaders[type.kind];
  }
}
