import { EventEmitter } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { SimProcess } from '../time/sim-process';
import type { SimSocket } from './sim-socket';

export interface ServerSettings {
  readonly allowHalfOpen?: boolean;
  readonly pauseOnConnect?: boolean;
}

/** Who holds the ports of the machines. */
export interface PortTable {
  /** @returns false when it is taken */
  bind(port: number, server: SimServer): boolean;
  unbind(port: number, server: SimServer): void;
}

/** A listening socket: of `net.Server` what this project uses. */
export class SimServer extends EventEmitter {
  private port = 0;

  constructor(
    readonly process: SimProcess,
    readonly settings: ServerSettings,
    private readonly ports: PortTable,
    readonly onConnection: (socket: SimSocket) => void,
  ) {
    super();
  }

  listen({ port }: { port: number }, callback: () => void): this {
    process.nextTick(() => {
      if (!this.ports.bind(port, this)) {
        this.emit('error', Object.assign(new Error('EADDRINUSE'), { code: 'EADDRINUSE' }));
        return;
      }
      this.port = port;
      callback();
    });
    return this;
  }

  address(): AddressInfo | null {
    return this.port === 0 ? null : { address: '0.0.0.0', family: 'IPv4', port: this.port };
  }

  close(): this {
    if (this.port !== 0) this.ports.unbind(this.port, this);
    this.port = 0;
    return this;
  }
}
