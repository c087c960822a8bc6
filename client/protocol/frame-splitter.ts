/** Why a stream of frames cannot be read any further. */
export type FrameProblem = { readonly announced: number; readonly limit: number };

const LENGTH_BYTES = 4;

/**
 * Frames up to this size get their buffer at once, larger ones as their bytes arrive. It is a batch
 * of the largest default size (`message.max.bytes`, `max.request.size`) and what surrounds it.
 */
const AT_ONCE_BYTES = 1024 * 1024 + 64 * 1024;

/** By how much a large frame's buffer grows: what is copied again is a third of the frame. */
const GROWTH = 4;

const nothing = Buffer.alloc(0);

/**
 * Cuts a TCP stream into frames of `u32 big-endian length` + payload.
 *
 * A frame that lies whole in one chunk is handed out as a view of it, unless the chunk's memory is
 * used again; one that spans chunks is copied into a buffer of its own: once up to about 1 MiB; a
 * larger one's buffer begins with that and grows fourfold each time it is full, so that a peer
 * cannot make this side allocate much by announcing it. Frames above the limit are refused before
 * anything is allocated for them.
 */
export class FrameSplitter {
  private readonly length = Buffer.alloc(LENGTH_BYTES);
  private lengthBytes = 0;
  /** Payload bytes of the frame that has begun; 0: none has, or its length is not known yet. */
  private announced = 0;
  private frame: Buffer = nothing;
  private filled = 0;
  private over = false;

  /**
   * @param maxBytes largest payload accepted
   * @param onFrame takes each payload, synchronously and in order
   * @param onProblem told once when the stream is beyond repair; nothing is delivered afterwards
   * @param allocate where the buffers of frames come from that are copied
   */
  constructor(
    private readonly maxBytes: number,
    private readonly onFrame: (payload: Buffer) => void,
    private readonly onProblem: (problem: FrameProblem) => void,
    private readonly allocate: (bytes: number) => Buffer = Buffer.allocUnsafe,
  ) {}

  /** Whether a frame has begun but not ended: a peer that stops here has half-sent something. */
  get midFrame(): boolean {
    return this.announced > 0 || this.lengthBytes > 0;
  }

  /**
   * Bytes that have arrived of the frame that has begun, with its length; 0 between frames. The
   * memory they take is at most 1088 KiB or four times as much, whichever is more.
   */
  get pendingBytes(): number {
    return this.announced > 0 ? LENGTH_BYTES + this.filled : this.lengthBytes;
  }

  /** Payload bytes of the frame that has begun; 0 between frames and while its length is unknown. */
  get announcedBytes(): number {
    return this.announced;
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @param lasting whether they stay as they are: views of them may be handed out then
   */
  push(chunk: Buffer, lasting = true): void {
    let position = 0;
    while (position < chunk.length && !this.over) {
      position =
        this.announced > 0 ? this.fill(chunk, position) : this.start(chunk, position, lasting);
    }
  }

  /** Lets go of the frame that has begun; nothing is delivered afterwards. */
  abandon(): void {
    this.over = true;
    this.lengthBytes = 0;
    this.forgetFrame();
  }

  private start(chunk: Buffer, from: number, lasting: boolean): number {
    let position = from;
    let size: number;
    if (this.lengthBytes === 0 && chunk.length - position >= LENGTH_BYTES) {
      size = chunk.readUInt32BE(position);
      position += LENGTH_BYTES;
    } else {
      while (this.lengthBytes < LENGTH_BYTES && position < chunk.length) {
        this.length[this.lengthBytes++] = chunk[position++];
      }
      if (this.lengthBytes < LENGTH_BYTES) return position;
      size = this.length.readUInt32BE(0);
      this.lengthBytes = 0;
    }
    if (size > this.maxBytes || size === 0) {
      this.over = true;
      this.onProblem({ announced: size, limit: this.maxBytes });
      return chunk.length;
    }
    if (lasting && chunk.length - position >= size) {
      this.onFrame(chunk.subarray(position, position + size));
      return position + size;
    }
    this.announced = size;
    return position;
  }

  private fill(chunk: Buffer, position: number): number {
    if (this.filled === this.frame.length) this.grow();
    const copied = chunk.copy(this.frame, this.filled, position);
    this.filled += copied;
    if (this.filled === this.announced) {
      const { frame } = this;
      this.forgetFrame();
      this.onFrame(frame);
    }
    return position + copied;
  }

  private grow(): void {
    const bytes = Math.min(this.announced, Math.max(AT_ONCE_BYTES, GROWTH * this.frame.length));
    const grown = this.allocate(bytes);
    this.frame.copy(grown);
    this.frame = grown;
  }

  private forgetFrame(): void {
    this.announced = 0;
    this.frame = nothing;
    this.filled = 0;
  }
}
