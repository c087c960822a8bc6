import { EventEmitter } from 'node:events';
import type { SimProcess } from '../time/sim-process';
import type { Parcel, Pipe, Receiver } from './pipe';

/** What the system's buffers take of a connection before the process has to keep it. */
const SYSTEM_BUFFER_BYTES = 256 * 1024;

export interface SimSocketOptions {
  /** Of the connection. */
  readonly id: number;
  readonly process: SimProcess;
  readonly remoteAddress: string;
  readonly localPort: number;
  readonly allowHalfOpen: boolean;
  readonly connecting: boolean;
  readonly paused: boolean;
  onDestroyed(socket: SimSocket): void;
}

export function socketError(code: string, address: string): Error {
  return Object.assign(new Error(`${code} ${address}`), { code });
}

/**
 * One end of a simulated connection: of `net.Socket` what this project uses, with its order of
 * events.
 */
export class SimSocket extends EventEmitter implements Receiver {
  connecting: boolean;
  destroyed = false;
  writableNeedDrain = false;
  readonly remoteAddress: string;
  readonly localPort: number;
  private outgoing: Pipe | undefined;
  private paused: boolean;
  private readonly unread: Parcel[] = [];
  private readEnded = false;
  private writeEnded = false;
  private corks = 0;
  private corked: Uint8Array[] = [];
  /** Bytes the other end has not taken. */
  private underWay = 0;
  private sentCallbacks: (() => void)[] = [];
  private readonly process: SimProcess;
  readonly id: number;

  constructor(private readonly options: SimSocketOptions) {
    super();
    this.process = options.process;
    this.id = options.id;
    this.connecting = options.connecting;
    this.paused = options.paused;
    this.remoteAddress = options.remoteAddress;
    this.localPort = options.localPort;
  }

  /** The way to the other end, once there is one. */
  attach(outgoing: Pipe): void {
    this.outgoing = outgoing;
    if (this.corks === 0) this.sendCorked();
  }

  get writableLength(): number {
    return Math.max(0, this.underWay - SYSTEM_BUFFER_BYTES);
  }

  setNoDelay(): this {
    return this;
  }

  cork(): void {
    this.corks++;
  }

  uncork(): void {
    if (this.corks === 0 || --this.corks > 0) return;
    this.sendCorked();
  }

  write(bytes: Uint8Array, callback?: () => void): boolean {
    if (this.destroyed || this.writeEnded) {
      if (callback) process.nextTick(callback);
      return false;
    }
    this.corked.push(bytes);
    this.underWay += bytes.length;
    this.writableNeedDrain = this.writableLength > 0;
    if (callback && this.writableNeedDrain) this.sentCallbacks.push(callback);
    else if (callback) process.nextTick(callback);
    if (this.corks === 0) this.sendCorked();
    return !this.writableNeedDrain;
  }

  end(): this {
    if (this.writeEnded || this.destroyed) return this;
    this.corks = 0;
    this.sendCorked();
    this.writeEnded = true;
    this.outgoing?.send('fin');
    if (this.readEnded) process.nextTick(() => this.destroy());
    return this;
  }

  destroySoon(): void {
    this.end();
    process.nextTick(() => this.destroy());
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.connecting = false;
    if (!this.writeEnded) this.outgoing?.send(this.unread.length > 0 ? 'reset' : 'fin');
    this.vanish();
    process.nextTick(() => {
      if (error) this.emit('error', error);
      this.emit('close', error !== undefined);
    });
    return this;
  }

  pause(): this {
    this.paused = true;
    return this;
  }

  resume(): this {
    if (!this.paused) return this;
    this.paused = false;
    if (this.unread.length > 0) process.nextTick(() => this.readOn());
    return this;
  }

  receive(parcel: Parcel): void {
    if (this.process.dead || this.destroyed) {
      // The system answers for a process that is gone.
      if (typeof parcel !== 'string') this.outgoing?.send('reset');
      return;
    }
    this.process.deliver(() => this.take(parcel));
  }

  acknowledged(bytes: number): void {
    this.underWay -= bytes;
    if (this.destroyed || !this.writableNeedDrain || this.writableLength > 0) return;
    this.process.deliver(() => this.drained());
  }

  /** The process is gone; the system closes what it had open. */
  orphan(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    if (!this.writeEnded) this.outgoing?.send(this.unread.length > 0 ? 'reset' : 'fin');
    this.vanish();
  }

  /** The machine is gone and says nothing any more. */
  vanish(): void {
    this.destroyed = true;
    this.unread.length = 0;
    this.corked = [];
    const callbacks = this.sentCallbacks;
    this.sentCallbacks = [];
    if (!this.process.dead) for (const callback of callbacks) process.nextTick(callback);
    this.options.onDestroyed(this);
  }

  /** Set by the network: how this end tells the other that bytes have been taken. */
  onTaken: (bytes: number) => void = () => {};

  private take(parcel: Parcel): void {
    if (this.destroyed) return;
    if (parcel === 'connected') {
      this.connecting = false;
      this.emit('connect');
    } else if (parcel === 'reset') {
      this.destroy(socketError('ECONNRESET', this.remoteAddress));
    } else if (this.paused || this.unread.length > 0) {
      this.unread.push(parcel);
    } else {
      this.read(parcel);
    }
  }

  private readOn(): void {
    while (!this.paused && !this.destroyed && this.unread.length > 0) {
      this.read(this.unread.shift()!);
    }
  }

  private read(parcel: Parcel): void {
    if (typeof parcel !== 'string') {
      this.onTaken(parcel.length);
      this.emit('data', parcel);
      return;
    }
    this.readEnded = true;
    this.emit('end');
    if (!this.options.allowHalfOpen) this.end();
    if (this.writeEnded) process.nextTick(() => this.destroy());
  }

  private drained(): void {
    if (this.destroyed) return;
    this.writableNeedDrain = false;
    const callbacks = this.sentCallbacks;
    this.sentCallbacks = [];
    for (const callback of callbacks) callback();
    this.emit('drain');
  }

  private sendCorked(): void {
    if (this.corked.length === 0 || !this.outgoing) return;
    // A copy, as the system makes one: buffers are used again.
    const bytes = Buffer.concat(this.corked);
    this.corked = [];
    this.outgoing.send(bytes);
  }
}
