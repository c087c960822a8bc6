import type * as lz4Napi from 'lz4-napi';
import { type CompressionCodec, OutputLimitError } from './codec';
import { lz4UncompressedSize } from './lz4-frame';
import { optionalModule } from './optional-module';

const library = optionalModule<typeof lz4Napi>('lz4-napi');

/** No LZ4 sequence yields more than 255 bytes per byte. */
const maxExpansion = 255;

/** The standard LZ4 frame format, as Kafka writes it since magic 2. */
export const lz4Codec: CompressionCodec = {
  compress: (data) => library().compressFrameSync(data),

  decompress(data, maxBytes) {
    // The library knows no limit. Small inputs cannot pass it; of others the exact size is counted.
    if (data.length * maxExpansion > maxBytes && lz4UncompressedSize(data) > maxBytes) {
      throw new OutputLimitError('lz4');
    }
    return library().decompressFrameSync(data);
  },
};
