/** Names of Kafka's codecs, as in `compression.type`. */
export type CompressionType = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** The types in the order of their ids: the index is the number in a batch's attributes. */
export const compressionTypes: readonly CompressionType[] = [
  'none',
  'gzip',
  'snappy',
  'lz4',
  'zstd',
];

/** Compresses the records of a batch as one blob. Both directions are synchronous. */
export interface CompressionCodec {
  compress(data: Buffer): Buffer;
  /**
   * Must not return, nor allocate, more than about `maxBytes`.
   *
   * @throws OutputLimitError when the data unpack to more than `maxBytes`; anything else when they
   * are damaged.
   */
  decompress(data: Buffer, maxBytes: number): Buffer;
  /** Whatever has to happen before the first use, such as compiling WebAssembly. */
  prepare?(): Promise<void>;
}

/** Thrown by a codec whose output would pass the limit it was given. */
export class OutputLimitError extends Error {}

/** Thrown by a codec whose library is not installed, or not yet prepared. */
export class CodecUnavailableError extends Error {}
