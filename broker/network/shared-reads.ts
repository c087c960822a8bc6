import { Socket, type SocketConstructorOpts } from 'node:net';

/** Most bytes read at once. */
const READ_BYTES = 64 * 1024;

/** What Node keeps behind a socket; it has no public name. */
interface Accepted {
  _handle: { useUserBuffer?: unknown } | null;
}

/** @param lasting whether the bytes stay as they are; otherwise they are gone after the call */
export type OnBytes = (bytes: Buffer, lasting: boolean) => void;

/**
 * Lets all connections read into the same memory. By itself a socket that a server has accepted
 * gets 64 KiB of new memory for each read, and under load V8 then collects the whole heap many
 * times a second for the sake of memory outside of it. Node offers `onread` against that, but only
 * to sockets that connect; so the connection is moved to a new socket with that option, which takes
 * the handle and leaves nothing behind. A socket that has no such handle, as those of a simulated
 * network, is read in the ordinary way.
 */
export class SharedReads {
  private readonly buffer = Buffer.allocUnsafeSlow(READ_BYTES);

  /**
   * @param accepted paused, nothing read from it, nothing listening; not to be used any more
   * @returns the socket to go on with, paused
   */
  attach(accepted: Socket, onBytes: OnBytes): Socket {
    const inner = accepted as unknown as Accepted;
    const handle = inner._handle;
    if (typeof handle?.useUserBuffer !== 'function') {
      accepted.on('data', (chunk: Buffer) => onBytes(chunk, true));
      return accepted;
    }
    inner._handle = null;
    const { buffer } = this;
    const callback = (bytes: number) => {
      onBytes(buffer.subarray(0, bytes), false);
      return true;
    };
    const { allowHalfOpen } = accepted;
    const options = { handle, allowHalfOpen, pauseOnCreate: true, onread: { buffer, callback } };
    return new Socket(options as SocketConstructorOpts);
  }
}
