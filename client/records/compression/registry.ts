import { corrupt, InvalidBatchError } from '../invalid-batch-error';
import {
  CodecUnavailableError,
  type CompressionCodec,
  type CompressionType,
  compressionTypes,
  OutputLimitError,
} from './codec';
import { gzipCodec } from './gzip';
import { lz4Codec } from './lz4';
import { snappyCodec } from './snappy';
import { createZstdCodec } from './zstd';

const identity: CompressionCodec = { compress: (data) => data, decompress: (data) => data };

const codecs: Record<CompressionType, CompressionCodec> = {
  none: identity,
  gzip: gzipCodec,
  snappy: snappyCodec,
  lz4: lz4Codec,
  zstd: createZstdCodec(),
};

/** Replaces the implementation of a codec in this process. */
export function registerCodec(
  type: Exclude<CompressionType, 'none'>,
  codec: CompressionCodec,
): void {
  codecs[type] = codec;
}

/**
 * Prepares the codecs that need it (zstd on Node versions without it). Await it once before
 * producing or consuming; later calls are cheap. A codec that cannot be prepared does not fail this
 * call, only its own later use.
 */
export async function ensureCodecsReady(): Promise<void> {
  await Promise.allSettled(compressionTypes.map((type) => prepareOnce(codecs[type])));
}

const preparations = new WeakMap<CompressionCodec, Promise<void>>();

function prepareOnce(codec: CompressionCodec): Promise<void> {
  let preparation = preparations.get(codec);
  if (preparation === undefined) {
    preparation = (async () => codec.prepare?.())();
    preparations.set(codec, preparation);
  }
  return preparation;
}

/** The id that stands for a codec in the attributes of a batch. */
export function compressionId(type: CompressionType): number {
  return compressionTypes.indexOf(type);
}

/**
 * The codec that an id in the attributes stands for.
 *
 * @throws InvalidBatchError UNSUPPORTED_COMPRESSION_TYPE for the unused ids 5 to 7.
 */
export function compressionType(id: number): CompressionType {
  const type = compressionTypes[id];
  if (type === undefined) {
    throw new InvalidBatchError('UNSUPPORTED_COMPRESSION_TYPE', `There is no codec ${id}.`);
  }
  return type;
}

/**
 * Compresses the records of a batch.
 *
 * @throws InvalidBatchError UNSUPPORTED_COMPRESSION_TYPE when the codec is not available here.
 */
export function compress(type: CompressionType, records: Buffer): Buffer {
  try {
    return codecs[type].compress(records);
  } catch (error) {
    if (error instanceof CodecUnavailableError) throw unavailable(error);
    throw error;
  }
}

/**
 * Unpacks the records of a batch.
 *
 * @throws InvalidBatchError MESSAGE_TOO_LARGE when they are larger than `maxBytes`,
 * CORRUPT_MESSAGE when they are damaged, UNSUPPORTED_COMPRESSION_TYPE when the codec is not
 * available here.
 */
export function decompress(type: CompressionType, records: Buffer, maxBytes: number): Buffer {
  try {
    return codecs[type].decompress(records, maxBytes);
  } catch (error) {
    if (error instanceof CodecUnavailableError) throw unavailable(error);
    if (error instanceof OutputLimitError) {
      throw new InvalidBatchError(
        'MESSAGE_TOO_LARGE',
        `A batch of ${records.length} bytes unpacks to more than the limit of ${maxBytes} bytes.`,
        -1,
        error,
      );
    }
    throw corrupt(`The records do not unpack as ${type}.`, -1, error);
  }
}

function unavailable(error: CodecUnavailableError): InvalidBatchError {
  return new InvalidBatchError('UNSUPPORTED_COMPRESSION_TYPE', error.message, -1, error);
}
