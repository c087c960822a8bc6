import { SMALLEST_FRAME_BUFFER, type FrameBuffers } from '../../client/protocol/frame-buffers';

/** The part of a socket that is written to. */
export interface WritableEnd {
  readonly writableLength: number;
  write(bytes: Uint8Array, callback?: () => void): boolean;
  cork(): void;
  uncork(): void;
}

type Callbacks = readonly (() => void)[];

/** Parts from this size on are written at once, where they lie. */
const LARGE_BYTES = 32 * 1024;
/** Small parts are gathered up to this size. */
const GATHER_BYTES = 64 * 1024;

/**
 * Writes responses so that each turn of the event loop costs one system call: small parts are
 * gathered into one buffer until {@link flush}; a response with a large part goes out at once,
 * together with what was gathered before it.
 */
export class ResponseWriter {
  private gathered: Buffer[] = [];
  private gatheredBytes = 0;
  private callbacks: (() => void)[] = [];

  /** @param frames where the memory comes from in which parts are gathered */
  constructor(
    private readonly socket: WritableEnd,
    private readonly frames: FrameBuffers,
  ) {}

  /** Bytes that have not reached the system. */
  get queuedBytes(): number {
    return this.gatheredBytes + this.socket.writableLength;
  }

  /**
   * @param onSent called when the bytes are with the system or the socket is gone
   * @returns size of the response
   */
  add(parts: readonly Buffer[], onSent: Callbacks | undefined): number {
    let bytes = 0;
    let large = false;
    for (const part of parts) {
      bytes += part.length;
      if (part.length >= LARGE_BYTES) large = true;
    }
    if (large) {
      this.writeNow(parts, onSent);
      return bytes;
    }
    for (const part of parts) this.gathered.push(part);
    this.gatheredBytes += bytes;
    if (onSent) this.callbacks.push(...onSent);
    if (this.gatheredBytes >= GATHER_BYTES) this.flush();
    return bytes;
  }

  /** Hands everything gathered to the socket. */
  flush(): void {
    const { gathered, gatheredBytes, callbacks } = this;
    if (gathered.length === 0) return;
    this.gathered = [];
    this.gatheredBytes = 0;
    const isJoined = gathered.length > 1;
    const bytes = isJoined ? this.join(gathered, gatheredBytes) : gathered[0];
    // Smaller ones need no callback, which would cost more than they do.
    if (isJoined && gatheredBytes >= SMALLEST_FRAME_BUFFER) {
      callbacks.push(() => this.frames.give(bytes));
    }
    if (callbacks.length === 0) {
      this.socket.write(bytes);
      return;
    }
    this.callbacks = [];
    this.socket.write(bytes, () => runAll(callbacks));
  }

  /** Lets go of what was gathered for a socket that is gone. */
  abandon(): void {
    const { callbacks } = this;
    this.gathered = [];
    this.gatheredBytes = 0;
    this.callbacks = [];
    runAll(callbacks);
  }

  /**
   * In memory that is used again: V8 counts that of each Buffer against the heap, and would collect
   * all of it several times a second under a follower's load.
   */
  private join(parts: readonly Buffer[], totalBytes: number): Buffer {
    const bytes = this.frames.take(totalBytes);
    let at = 0;
    for (const part of parts) at += part.copy(bytes, at);
    return bytes;
  }

  /** One vectored write of all parts; corked only for as long as this takes. */
  private writeNow(parts: readonly Buffer[], onSent: Callbacks | undefined): void {
    this.socket.cork();
    this.flush();
    const last = parts.length - 1;
    for (let i = 0; i < last; i++) this.socket.write(parts[i]);
    this.socket.write(parts[last], onSent && (() => runAll(onSent)));
    this.socket.uncork();
  }
}

export function runAll(callbacks: Callbacks): void {
  for (const callback of callbacks) callback();
}
