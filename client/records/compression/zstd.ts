import type * as zstdWasm from '@bokuweb/zstd-wasm';
import zlib from 'node:zlib';
import { CodecUnavailableError, type CompressionCodec, OutputLimitError } from './codec';
import { optionalModule } from './optional-module';
import { zstdFrames } from './zstd-frame';

type ZstdWasm = typeof zstdWasm;

/** What node:zlib has since Node 22.15; the types of Node 20 do not know it. */
interface NativeZstd {
  zstdCompressSync(data: Buffer): Buffer;
  zstdDecompressSync(data: Buffer, options: { maxOutputLength: number }): Buffer;
}

type Unpack = (frame: Buffer, maxContentSize: number) => Buffer;

const wasmLibrary = optionalModule<ZstdWasm>('@bokuweb/zstd-wasm');

/** Kafka's default `compression.zstd.level`, which is also the default of both libraries. */
const level = 3;

/**
 * Zstandard by node:zlib where this Node has it, else by WebAssembly, which has to be compiled once
 * (`prepare`). The memory of the WebAssembly instance stays as large as the largest batch needed.
 */
export function createZstdCodec(native = nativeZstd()): CompressionCodec {
  return native === undefined ? wasmCodec() : nativeCodec(native);
}

function nativeZstd(): NativeZstd | undefined {
  const candidate = zlib as unknown as Partial<NativeZstd>;
  return typeof candidate.zstdDecompressSync === 'function' ? (candidate as NativeZstd) : undefined;
}

function nativeCodec(native: NativeZstd): CompressionCodec {
  return {
    compress: (data) => native.zstdCompressSync(data),
    decompress: (data, maxBytes) =>
      unpackFrames(data, maxBytes, (frame, maxContentSize) =>
        native.zstdDecompressSync(frame, { maxOutputLength: Math.max(1, maxContentSize) }),
      ),
  };
}

function wasmCodec(): CompressionCodec {
  let compiled: ZstdWasm | undefined;
  let failure: unknown;
  const library = (): ZstdWasm => {
    if (compiled !== undefined) return compiled;
    throw new CodecUnavailableError(
      failure === undefined
        ? 'The zstd codec is not prepared: await ensureCodecsReady() first.'
        : 'The zstd codec could not be prepared on this platform.',
      { cause: failure },
    );
  };
  return {
    compress: (data) => toBuffer(library().compress(data, level)),
    decompress(data, maxBytes) {
      const { decompress } = library();
      return unpackFrames(data, maxBytes, (frame, maxContentSize) =>
        toBuffer(decompress(frame, { defaultHeapSize: Math.max(1, maxContentSize) })),
      );
    },
    async prepare() {
      try {
        const wasm = wasmLibrary();
        await wasm.init();
        compiled = wasm;
      } catch (error) {
        failure = error;
      }
    },
  };
}

/** Both libraries take one frame at a time, and must be told in advance how much it may yield. */
function unpackFrames(data: Buffer, maxBytes: number, unpack: Unpack): Buffer {
  const pieces: Buffer[] = [];
  let total = 0;
  for (const frame of zstdFrames(data)) {
    const room = maxBytes - total;
    if (frame.sized && frame.maxContentSize > room) throw new OutputLimitError('zstd');
    const bytes = data.subarray(frame.start, frame.end);
    const piece = unpackWithin(bytes, frame.maxContentSize, room, unpack);
    total += piece.length;
    pieces.push(piece);
  }
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, total);
}

function unpackWithin(frame: Buffer, maxContentSize: number, room: number, unpack: Unpack): Buffer {
  if (maxContentSize <= room) return unpack(frame, maxContentSize);
  try {
    return unpack(frame, room);
  } catch (error) {
    // An overflow looks like damage here; the frame was whole, so the limit is the likely cause.
    throw new OutputLimitError('zstd', { cause: error });
  }
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
