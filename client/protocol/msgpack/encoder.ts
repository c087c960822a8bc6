import { freshDefault, type Field, type FieldType, type Shape } from '../schema';
import { includes } from '../version-range';
import { FRAME_LENGTH_BYTES } from '../frame-writer';
import { MsgpackWriter, packedString } from './writer';

/** Writes one message of one version. */
export type Encoder = (writer: MsgpackWriter, message: Record<string, unknown>) => void;
type ValueWriter = (writer: MsgpackWriter, value: unknown) => void;

interface FieldWriter {
  name: string;
  packedName: Buffer;
  write: ValueWriter;
  /** The name and what stands for a value that is not given. */
  packedDefault: () => Buffer;
  /** Tagged fields are left out when not given. */
  skipUndefined: boolean;
}

/**
 * Compiles a shape into straight code for one version: a map of field names to values. Fields the
 * version does not know are not written.
 */
export function compileEncoder(shape: Shape, version: number): Encoder {
  const fields: FieldWriter[] = Object.entries(shape)
    .filter(([, field]) => includes(field.versions, version))
    .map(([name, field]) => {
      const nullAllowed = includes(field.nullable, version);
      const write = nullable(valueWriter(field.type, version), nullAllowed, name);
      return {
        name,
        packedName: packedString(name),
        write,
        packedDefault: once(() => packDefault(name, field, write)),
        skipUndefined: field.tag !== undefined,
      };
    });
  const anyTagged = fields.some((field) => field.skipUndefined);

  return (writer, message) => {
    let size = fields.length;
    if (anyTagged) {
      for (const field of fields) {
        if (field.skipUndefined && message[field.name] === undefined) size--;
      }
    }
    writer.mapHeader(size);
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i];
      const value = message[field.name];
      if (value !== undefined) {
        writer.bytes(field.packedName);
        field.write(writer, value);
      } else if (!field.skipUndefined) {
        writer.bytes(field.packedDefault());
      }
    }
  };
}

/** @throws TypeError when the default is null and the version does not allow that */
function packDefault(name: string, field: Field, write: ValueWriter): Buffer {
  const writer = new MsgpackWriter();
  const parts = writer.frame(() => {
    writer.string(name);
    write(writer, freshDefault(field.type, field.default));
  });
  return Buffer.concat(parts).subarray(FRAME_LENGTH_BYTES);
}

function once(make: () => Buffer): () => Buffer {
  let made: Buffer | undefined;
  return () => (made ??= make());
}

function nullable(write: ValueWriter, allowed: boolean, name: string): ValueWriter {
  return (writer, value) => {
    if (value !== null) {
      write(writer, value);
    } else if (allowed) {
      writer.nil();
    } else {
      throw new TypeError(`Field "${name}" must not be null in this version.`);
    }
  };
}

function valueWriter(type: FieldType, version: number): ValueWriter {
  switch (type.kind) {
    case 'struct': {
      const encode = compileEncoder(type.shape, version);
      return (writer, value) => encode(writer, value as Record<string, unknown>);
    }
    case 'array': {
      const element = valueWriter(type.element, version);
      return (writer, value) => {
        const items = value as unknown[];
        writer.arrayHeader(items.length);
        for (let i = 0; i < items.length; i++) element(writer, items[i]);
      };
    }
    case 'bool':
      return (writer, value) => writer.bool(value as boolean);
    case 'float64':
      return (writer, value) => writer.float64(value as number);
    case 'string':
    case 'uuid':
      return (writer, value) => writer.string(value as string);
    case 'bytes':
    case 'records':
      return (writer, value) => writer.bin(value as Buffer | readonly Buffer[]);
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint16':
    case 'uint32':
      return (writer, value) => writer.int(value as number);
    case 'int64':
      return (writer, value) => {
        if (!Number.isSafeInteger(value)) throw new RangeError(`Not a safe integer: ${value}.`);
        writer.int(value as number);
      };
  }
}
