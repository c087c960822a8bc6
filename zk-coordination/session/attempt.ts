import type { Socket } from 'node:net';
import type { Clock } from '../../client/runtime/clock';
import { Conversation } from './conversation';
import { FrameSplitter } from './frame-splitter';
import type { ServerAddress } from './library';

/** One attempt at one server: the socket and all that must not outlive it. */
export class Attempt {
  readonly conversation = new Conversation();
  private readonly splitter = new FrameSplitter();
  private accepted = false;
  private gaveUp = false;
  /** Why it ended, for logs. */
  reason = 'closed by the server';

  /** Listens to what is sent on the socket from here on. */
  constructor(
    readonly server: ServerAddress,
    private readonly socket: Socket,
    clock: Clock,
  ) {
    const write = socket.write.bind(socket) as (bytes: Uint8Array | string) => boolean;
    socket.write = (bytes: Uint8Array | string) => {
      this.conversation.sent(bytes as Buffer, clock.monotonic());
      return write(bytes);
    };
    socket.once('connect', () => (this.accepted = true));
    socket.on('error', (error) => (this.reason = error.message));
  }

  get dead(): boolean {
    return this.socket.destroyed;
  }

  /** The server took the TCP connection and then closed it without a word. */
  get turnedAway(): boolean {
    return this.accepted && !this.gaveUp;
  }

  /**
   * Hands on whole frames, noting what they answer.
   *
   * @param handshaking whether the next frame is the answer to the handshake
   * @throws whatever is wrong with a frame: the attempt has to be given up
   */
  receive(chunk: Buffer, handshaking: () => boolean, handle: (frame: Buffer) => void): void {
    for (const frame of this.splitter.push(chunk)) {
      if (this.dead) return;
      if (!handshaking()) this.conversation.received(frame);
      handle(frame);
    }
  }

  giveUp(reason: string): void {
    this.gaveUp = true;
    this.reason = reason;
    this.socket.destroy();
  }

  destroy(): void {
    this.socket.destroy();
  }
}
