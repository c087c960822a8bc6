import type { CompressionType } from '../records';
import { CompressionTypes } from './enums';
import { KafkaJSNotImplemented } from './errors';

/**
 * Where programs register codecs in KafkaJS. They may go on doing so; it changes nothing, because
 * this client brings all of Kafka's codecs.
 */
export const CompressionCodecs: Record<
  CompressionTypes.GZIP | CompressionTypes.Snappy | CompressionTypes.LZ4 | CompressionTypes.ZSTD,
  // KafkaJS types it so.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  () => any
> = {
  [CompressionTypes.GZIP]: () => ({}),
  [CompressionTypes.Snappy]: () => ({}),
  [CompressionTypes.LZ4]: () => ({}),
  [CompressionTypes.ZSTD]: () => ({}),
};

const names: Record<CompressionTypes, CompressionType> = {
  [CompressionTypes.None]: 'none',
  [CompressionTypes.GZIP]: 'gzip',
  [CompressionTypes.Snappy]: 'snappy',
  [CompressionTypes.LZ4]: 'lz4',
  [CompressionTypes.ZSTD]: 'zstd',
};

/** @throws KafkaJSNotImplemented for a number that is no codec */
export function compressionName(type: CompressionTypes | null | undefined): CompressionType {
  const name = names[type ?? CompressionTypes.None] as CompressionType | undefined;
  if (name !== undefined) return name;
  throw new KafkaJSNotImplemented(`There is no compression type ${String(type)}`);
}
