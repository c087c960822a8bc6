import { freshDefault, type Field, type FieldType, type ScalarKind, type Shape } from '../schema';
import { includes } from '../version-range';
import { classic, compact, type LengthForm } from './length';
import type { KafkaWriter } from './writer';

/** Writes one message of one version. */
export type Encoder = (writer: KafkaWriter, message: Record<string, unknown>) => void;
type ValueWriter = (writer: KafkaWriter, value: unknown) => void;

interface FieldWriter {
  readonly name: string;
  readonly field: Field;
  readonly tag: number;
  readonly write: ValueWriter;
}

/**
 * Compiles a shape into straight code for one version: the values in the order of the shape, and in
 * flexible versions a section of tagged fields behind those of every structure. Fields the version
 * does not know are not written, nor are tagged fields that hold their default.
 */
export function compileEncoder(shape: Shape, version: number, flexible: boolean): Encoder {
  const form = flexible ? compact : classic;
  const all = Object.entries(shape)
    .filter(([, field]) => includes(field.versions, version))
    .map(([name, field]): FieldWriter => ({
      name,
      field,
      tag: field.tag ?? -1,
      write: nullable(name, field, version, valueWriter(field.type, version, form), form),
    }));
  const fields = all.filter(({ tag }) => tag < 0);
  const taggedFields = flexible
    ? all.filter(({ tag }) => tag >= 0).sort((a, b) => a.tag - b.tag)
    : [];

  return (writer, message) => {
    for (let i = 0; i < fields.length; i++) {
      const { name, field, write } = fields[i];
      const value = message[name];
      write(writer, value === undefined ? freshDefault(field.type, field.default) : value);
    }
    if (!flexible) return;
    if (taggedFields.length === 0) writer.uvarint(0);
    else writeTagged(writer, taggedFields, message);
  };
}

function writeTagged(
  writer: KafkaWriter,
  fields: readonly FieldWriter[],
  message: Record<string, unknown>,
): void {
  const given = fields.filter(({ name, field }) => !isDefault(field, message[name]));
  writer.uvarint(given.length);
  for (const { name, tag, write } of given) {
    writer.tagged(tag, () => write(writer, message[name]));
  }
}

function isDefault({ type, default: normal }: Field, value: unknown): boolean {
  if (value === undefined || value === normal) return true;
  if (value === null) return false;
  if (type.kind === 'array') return normal !== null && (value as unknown[]).length === 0;
  if (type.kind !== 'struct') return false;
  const fields = value as Record<string, unknown>;
  return Object.entries(type.shape).every(([name, field]) => isDefault(field, fields[name]));
}

function nullable(
  name: string,
  field: Field,
  version: number,
  write: ValueWriter,
  form: LengthForm,
): ValueWriter {
  const writeNull = includes(field.nullable, version) ? nullWriter(name, field, form) : undefined;
  return (writer, value) => {
    if (value !== null) write(writer, value);
    else if (writeNull) writeNull(writer);
    else throw new TypeError(`Field "${name}" must not be null in this version.`);
  };
}

function nullWriter(
  name: string,
  { type }: Field,
  form: LengthForm,
): (writer: KafkaWriter) => void {
  switch (type.kind) {
    case 'string':
      return form.writeNullText;
    case 'array':
    case 'bytes':
    case 'records':
      return form.writeNullCount;
    default:
      throw new TypeError(
        `Field "${name}" cannot be null: the Kafka wire has no null of its type.`,
      );
  }
}

function valueWriter(type: FieldType, version: number, form: LengthForm): ValueWriter {
  switch (type.kind) {
    case 'struct': {
      const encode = compileEncoder(type.shape, version, form === compact);
      return (writer, value) => encode(writer, value as Record<string, unknown>);
    }
    case 'array': {
      const element = valueWriter(type.element, version, form);
      return (writer, value) => {
        const items = value as unknown[];
        form.writeCount(writer, items.length);
        for (let i = 0; i < items.length; i++) element(writer, items[i]);
      };
    }
    case 'string':
      return (writer, value) => form.writeText(writer, value as string);
    case 'bytes':
    case 'records':
      return (writer, value) => form.writeBytes(writer, value as Buffer | readonly Buffer[]);
    default:
      return scalarWriters[type.kind];
  }
}

const scalarWriters: Readonly<
  Record<Exclude<ScalarKind, 'string' | 'bytes' | 'records'>, ValueWriter>
> = {
  bool: (writer, value) => writer.bool(value as boolean),
  int8: (writer, value) => writer.int8(value as number),
  int16: (writer, value) => writer.int16(value as number),
  int32: (writer, value) => writer.int32(value as number),
  int64: (writer, value) => {
    if (!Number.isSafeInteger(value)) throw new RangeError(`Not a safe integer: ${value}.`);
    writer.int64(value as number);
  },
  uint16: (writer, value) => writer.uint16(value as number),
  uint32: (writer, value) => writer.uint32(value as number),
  float64: (writer, value) => writer.float64(value as number),
  uuid: (writer, value) => writer.uuid(value as string),
};
