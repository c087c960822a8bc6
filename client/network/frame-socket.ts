import type { OnReadOpts, Socket } from 'node:net';
import { FrameSplitter } from '../protocol/frame-splitter';
import type { Clock } from '../runtime/clock';
import { describeError } from '../runtime/error';
import { FrameWriter } from './frame-writer';

/** How long unsent bytes may hold up a close, in milliseconds. */
const CLOSE_GRACE_MS = 5000;

/** Most bytes read at once. */
const READ_BYTES = 64 * 1024;

/** Who is told of what happens on a socket. */
export interface FrameSocketEvents {
  onFrame(frame: Buffer): void;
  /** The socket takes more after {@link FrameSocket.full}. */
  onRoom(): void;
  /** Told once: nothing comes or goes any more. */
  onEnd(what: string, cause: Error | undefined): void;
}

/** A socket that carries frames. */
export class FrameSocket {
  private readonly socket: Socket;
  private readonly splitter: FrameSplitter;
  private readonly writer: FrameWriter;
  private established: boolean;
  private error: Error | undefined;
  private ended = false;

  /**
   * @param open makes the socket, connected or on the way
   * @param maxFrameBytes frames announced as larger end it
   * @param allocate where the buffers of frames come from
   */
  constructor(
    open: (reading: OnReadOpts) => Socket,
    maxFrameBytes: number,
    private readonly events: FrameSocketEvents,
    allocate?: (bytes: number) => Buffer,
  ) {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const callback = (bytes: number) => {
      this.splitter.push(buffer.subarray(0, bytes), false);
      return true;
    };
    const socket = (this.socket = open({ buffer, callback }));
    this.established = !socket.connecting;
    this.writer = new FrameWriter(socket);
    this.splitter = new FrameSplitter(
      maxFrameBytes,
      (frame) => !this.ended && events.onFrame(frame),
      ({ announced, limit }) =>
        this.fail(`announced a response of ${announced} bytes, at most ${limit} are accepted.`),
      allocate,
    );
    socket.setNoDelay(true);
    socket.once('connect', () => (this.established = true));
    socket.on('data', (chunk: Buffer) => this.splitter.push(chunk));
    socket.on('drain', () => events.onRoom());
    socket.on('error', (error) => (this.error = error));
    socket.on('close', () => this.onClosed());
  }

  /** Whether bytes written wait in the process because the peer does not take them. */
  get full(): boolean {
    return this.socket.writableNeedDrain;
  }

  /** Calls back when connected, at once if it is; never when that fails, see `onEnd`. */
  onConnected(callback: () => void): void {
    if (this.established) callback();
    else this.socket.once('connect', callback);
  }

  write(parts: readonly Buffer[]): void {
    this.writer.write(parts);
  }

  /** Ends it at once; bytes not yet sent are lost. */
  fail(what: string): void {
    this.end(what);
    this.socket.destroy();
  }

  /** Ends it; bytes written before still go out. */
  close(what: string, clock: Clock): void {
    this.end(what);
    if (this.socket.destroyed) return;
    this.socket.destroySoon();
    const timer = clock.setTimeout(() => this.socket.destroy(), CLOSE_GRACE_MS);
    this.socket.once('close', () => clock.clearTimeout(timer));
  }

  private onClosed(): void {
    const reason = this.error && describeError(this.error);
    if (!this.established) this.end(reason ?? 'closed while connecting.');
    else if (reason) this.end(`the connection broke: ${reason}`);
    else if (this.splitter.midFrame) {
      this.end('the broker closed the connection in the middle of a response.');
    } else this.end('the broker closed the connection.');
  }

  private end(what: string): void {
    if (this.ended) return;
    this.ended = true;
    this.events.onEnd(what, this.error);
  }
}
