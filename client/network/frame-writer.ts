import type { Socket } from 'node:net';

/** Frames above this many bytes are worth a system call of their own. */
const SMALL_FRAME_BYTES = 4 * 1024;

/**
 * Writes frames to a socket. Small ones written in the same turn of the event loop leave together
 * in one system call; a large one leaves at once, its parts by reference.
 */
export class FrameWriter {
  private corked = false;

  constructor(private readonly socket: Socket) {}

  write(parts: readonly Buffer[]): void {
    if (parts.length === 1 && parts[0].length <= SMALL_FRAME_BYTES) {
      if (!this.corked) {
        this.corked = true;
        this.socket.cork();
        process.nextTick(this.uncork);
      }
      this.socket.write(parts[0]);
      return;
    }
    // Corks nest: what is corked leaves together with this frame.
    const wasCorked = this.corked;
    if (!wasCorked) this.socket.cork();
    for (const part of parts) this.socket.write(part);
    this.corked = false;
    this.socket.uncork();
  }

  private readonly uncork = (): void => {
    if (!this.corked) return;
    this.corked = false;
    this.socket.uncork();
  };
}
