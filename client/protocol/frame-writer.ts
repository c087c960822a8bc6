/** Pieces of at most this many bytes are copied into the frame; larger ones go by reference. */
const INLINE_BYTES = 1024;
const ARENA_BYTES = 32 * 1024;
/** The length that a frame begins with. */
export const FRAME_LENGTH_BYTES = 4;
/** Up to this size a loop of our own is faster than a call into the engine. */
export const SHORT_BYTES = 24;

/**
 * Writes frames behind their u32 length, whatever their payload is written in. Unlike a packer that
 * returns one buffer it takes record batches by reference, so that they go from where they are to
 * the socket without a copy.
 *
 * A writer is reused for many frames; frames are cut from an arena that is never written twice.
 */
export class FrameWriter {
  protected arena = Buffer.allocUnsafeSlow(ARENA_BYTES);
  /** Next byte to write. */
  protected position = 0;
  /** First byte not yet handed out as a part. */
  protected partStart = 0;
  private frameStart = 0;
  private partsBytes = 0;
  private parts: Buffer[] = [];

  /**
   * @param write writes the payload
   * @returns the parts of the frame, its length before it
   */
  frame(write: () => void): Buffer[] {
    this.begin();
    try {
      write();
      return this.end();
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  /** Starts a frame, leaving room for its length. */
  private begin(): void {
    this.parts = [];
    this.partsBytes = 0;
    this.reserve(FRAME_LENGTH_BYTES);
    this.frameStart = this.partStart = this.position;
    this.position += FRAME_LENGTH_BYTES;
  }

  /** @returns the parts of the frame, the first of which begins with the length */
  private end(): Buffer[] {
    const own = this.position - this.partStart;
    const length = this.partsBytes + own - FRAME_LENGTH_BYTES;
    if (this.parts.length === 0) {
      this.arena.writeUInt32BE(length, this.frameStart);
    } else {
      this.parts[0].writeUInt32BE(length, 0);
    }
    if (own > 0) this.parts.push(this.arena.subarray(this.partStart, this.position));
    this.partStart = this.position;
    return this.parts;
  }

  /** Drops a frame that could not be finished. */
  private abandon(): void {
    // Below 0 when the frame began in an arena before this one.
    this.position = this.partStart = Math.max(0, this.frameStart);
    this.parts = [];
  }

  /** Bytes as they are, copied into the frame. */
  bytes(bytes: Buffer): void {
    const { length } = bytes;
    this.reserve(length);
    const { arena, position } = this;
    if (length > SHORT_BYTES) arena.set(bytes, position);
    else for (let i = 0; i < length; i++) arena[position + i] = bytes[i];
    this.position += length;
  }

  /** Bytes that may go by reference, in one or several pieces. */
  protected pieces(value: Buffer | readonly Buffer[]): void {
    if (Buffer.isBuffer(value)) this.piece(value);
    else for (const piece of value) this.piece(piece);
  }

  private piece(piece: Buffer): void {
    if (piece.length <= INLINE_BYTES) {
      this.bytes(piece);
      return;
    }
    const own = this.arena.subarray(this.partStart, this.position);
    this.partStart = this.position;
    this.parts.push(own, piece);
    this.partsBytes += own.length + piece.length;
  }

  /** Makes sure the next bytes fit, moving the unfinished part to a new arena when they do not. */
  protected reserve(bytes: number): void {
    if (this.position + bytes <= this.arena.length) return;
    const unfinished = this.arena.subarray(this.partStart, this.position);
    this.arena = Buffer.allocUnsafeSlow(Math.max(ARENA_BYTES, 2 * (unfinished.length + bytes)));
    this.arena.set(unfinished, 0);
    this.frameStart -= this.partStart;
    this.partStart = 0;
    this.position = unfinished.length;
  }
}

/** Bytes of one or several pieces. */
export function totalLength(pieces: Buffer | readonly Buffer[]): number {
  if (Buffer.isBuffer(pieces)) return pieces.length;
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return length;
}
