import { gunzipSync, gzipSync } from 'node:zlib';
import { type CompressionCodec, OutputLimitError } from './codec';

/** gzip (RFC 1952) by Node's zlib at its default level 6, as Kafka's `compression.gzip.level`. */
export const gzipCodec: CompressionCodec = {
  compress: (data) => gzipSync(data),

  decompress(data, maxBytes) {
    try {
      return gunzipSync(data, { maxOutputLength: Math.max(1, maxBytes) });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
        throw new OutputLimitError('gzip', { cause: error });
      }
      throw error;
    }
  },
};
