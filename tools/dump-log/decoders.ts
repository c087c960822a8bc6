import { UsageError } from '../cli/usage-error';

/** Makes a text of the bytes of a key or value. */
export type Decoder = (bytes: Buffer) => string;

/** @throws RangeError when there are too few bytes */
const decoders: Readonly<Record<string, Decoder>> = {
  StringDecoder: (bytes) => bytes.toString('utf8'),
  IntegerDecoder: (bytes) => String(bytes.readInt32BE(0)),
  LongDecoder: (bytes) => String(bytes.readBigInt64BE(0)),
  DefaultDecoder: (bytes) => bytes.toString('hex'),
};

/**
 * A decoder by the name Kafka gives it, with or without a package:
 * `org.apache.kafka.tools.api.LongDecoder` or `LongDecoder`.
 *
 * @throws UsageError when there is none of this name
 */
export function decoderOf(className: string): Decoder {
  const name = className.slice(className.lastIndexOf('.') + 1);
  const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  if (!decoder) {
    const known = Object.keys(decoders).join(', ');
    throw new UsageError(`There is no decoder ${className}; there are ${known}.`);
  }
  return (bytes) => {
    try {
      return decoder(bytes);
    } catch {
      return `(not for ${name}: ${bytes.toString('hex')})`;
    }
  };
}
