import { UsageError } from '../cli/usage-error';
import { nearestName } from '../../broker/config/nearest-name';
import { KafkaClassicError } from '../../client/runtime/error';
import { javaDouble, javaFloat } from './java-number';

/** What a console prints for the bytes of a key, value or header; null bytes never get here. */
export type Deserializer = (bytes: Buffer) => string | Buffer;

/** Bytes of another size than the type has. */
class DeserializeError extends KafkaClassicError {
  constructor(type: string, size: number, actual: number) {
    super(`${actual} bytes are no ${type}, which has ${size}.`, {
      code: 'DESERIALIZATION',
      retriable: false,
      advice: 'Use the deserializer that goes with how it was written, or --skip-message-on-error.',
    });
  }
}

const raw: Deserializer = (bytes) => bytes;

function sized(type: string, size: number, read: (bytes: Buffer) => string): Deserializer {
  return (bytes) => {
    if (bytes.length !== size) throw new DeserializeError(type, size, bytes.length);
    return read(bytes);
  };
}

/** Of org.apache.kafka.common.serialization; numbers are big endian. */
const DESERIALIZERS: Readonly<Record<string, Deserializer>> = {
  StringDeserializer: raw,
  UUIDDeserializer: raw,
  ByteArrayDeserializer: raw,
  ByteBufferDeserializer: raw,
  BytesDeserializer: raw,
  BooleanDeserializer: sized('Boolean', 1, (bytes) => String(bytes[0] === 1)),
  ShortDeserializer: sized('Short', 2, (bytes) => String(bytes.readInt16BE())),
  IntegerDeserializer: sized('Integer', 4, (bytes) => String(bytes.readInt32BE())),
  LongDeserializer: sized('Long', 8, (bytes) => String(bytes.readBigInt64BE())),
  FloatDeserializer: sized('Float', 4, (bytes) => javaFloat(bytes.readFloatBE())),
  DoubleDeserializer: sized('Double', 8, (bytes) => javaDouble(bytes.readDoubleBE())),
};

const PACKAGE = 'org.apache.kafka.common.serialization.';

/**
 * A deserializer by the name of Kafka's class, with or without its package.
 *
 * @throws UsageError when there is none of that name
 */
export function deserializerOf(className: string): Deserializer {
  const name = className.startsWith(PACKAGE) ? className.slice(PACKAGE.length) : className;
  if (Object.hasOwn(DESERIALIZERS, name)) return DESERIALIZERS[name];
  const names = Object.keys(DESERIALIZERS);
  const nearest = nearestName(name, names);
  throw new UsageError(
    `There is no deserializer ${className}.`,
    nearest === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${PACKAGE}${nearest}?`,
  );
}
