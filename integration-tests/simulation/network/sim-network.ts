import type { createServer, Socket } from 'node:net';
import type { SocketFactory } from '../../../client/network';
import type { SimProcess } from '../time/sim-process';
import type { Trace } from '../time/trace';
import type { World } from '../time/world';
import { Link } from './link';
import { Pipe } from './pipe';
import { SimServer, type ServerSettings } from './sim-server';
import { SimSocket, socketError } from './sim-socket';

/** Where connections end, for faults that choose one. */
export interface OpenConnection {
  readonly id: number;
  /** Names of the machines. */
  readonly from: string;
  readonly to: string;
  /** Both ends see it break. */
  reset(): void;
  /** It breaks after so many more bytes from the one who connected, or towards him. */
  cutAfter(bytes: number, towards: 'server' | 'client'): void;
}

/**
 * The machines' network: connections between named machines, and what can go wrong on the way.
 * Machines are known by their names; a name is also the host to connect to.
 */
export class SimNetwork {
  private readonly links = new Map<string, Link>();
  private readonly servers = new Map<string, SimServer>();
  private readonly sockets = new Map<SimSocket, SimProcess>();
  private readonly open = new Map<number, OpenConnection>();
  private nextId = 1;

  constructor(
    private readonly world: World,
    private readonly random: () => number,
    private readonly trace: Trace,
  ) {}

  /** The way from one machine to another. */
  link(from: string, to: string): Link {
    const key = `${from}>${to}`;
    let link = this.links.get(key);
    if (!link) this.links.set(key, (link = new Link(this.world, this.random)));
    return link;
  }

  /** Connections that stand, in the order of their making. */
  get connections(): OpenConnection[] {
    return [...this.open.values()];
  }

  /** `net.createServer` of a process on a machine. */
  createServer(process: SimProcess, machine: string): typeof createServer {
    const ports = {
      bind: (port: number, server: SimServer) => {
        const key = `${machine}:${port}`;
        if (this.servers.has(key)) return false;
        this.servers.set(key, server);
        return true;
      },
      unbind: (port: number, server: SimServer) => {
        const key = `${machine}:${port}`;
        if (this.servers.get(key) === server) this.servers.delete(key);
      },
    };
    const create = (settings: ServerSettings, onConnection: (socket: SimSocket) => void) => {
      const server = new SimServer(process, settings, ports, onConnection);
      process.onEnd(() => server.close());
      return server;
    };
    return create as unknown as typeof createServer;
  }

  /** `net.connect` of a process on a machine. */
  connector(process: SimProcess, machine: string): SocketFactory {
    return ({ host, port }) => this.connect(process, machine, host, port) as unknown as Socket;
  }

  /** The process was killed: its system closes its connections. */
  closeAllOf(owner: SimProcess): void {
    for (const socket of this.socketsOf(owner)) socket.orphan();
  }

  /** The machine lost its power: nobody says anything. */
  silenceAllOf(owner: SimProcess): void {
    for (const socket of this.socketsOf(owner)) socket.vanish();
  }

  private socketsOf(owner: SimProcess): SimSocket[] {
    return [...this.sockets].filter(([, process]) => process === owner).map(([socket]) => socket);
  }

  private connect(process: SimProcess, from: string, to: string, port: number): SimSocket {
    const id = this.nextId++;
    const client = this.socket(process, to, { id, connecting: true, allowHalfOpen: false });
    const [out, back] = [this.link(from, to), this.link(to, from)];
    const refuse = (code: string) =>
      this.world.after(back.travelMs(), () =>
        process.deliver(() => client.destroy(socketError(code, `${to}:${port}`))),
      );
    const arrive = (): void => {
      if (client.destroyed) return;
      if (out.isBlocked) {
        out.hold(arrive);
        return;
      }
      const server = this.servers.get(`${to}:${port}`);
      if (!server || server.process.dead) refuse('ECONNREFUSED');
      else this.accept(id, client, server, { from, to, port });
    };
    this.world.after(out.travelMs(), arrive);
    return client;
  }

  private accept(
    id: number,
    client: SimSocket,
    server: SimServer,
    { from, to, port }: { from: string; to: string; port: number },
  ): void {
    const { allowHalfOpen = false, pauseOnConnect = false } = server.settings;
    const options = {
      id,
      connecting: false,
      allowHalfOpen,
      paused: pauseOnConnect,
      localPort: port,
    };
    const accepted = this.socket(server.process, from, options);
    const reset = () => {
      for (const end of [client, accepted]) end.receive('reset');
    };
    const pipe = (link: Link, receiver: SimSocket, tag: number) =>
      new Pipe(2 * id + tag, this.world, link, this.trace, receiver, reset);
    const toServer = pipe(this.link(from, to), accepted, 0);
    const toClient = pipe(this.link(to, from), client, 1);
    client.attach(toServer);
    accepted.attach(toClient);
    client.onTaken = (bytes) => accepted.acknowledged(bytes);
    accepted.onTaken = (bytes) => client.acknowledged(bytes);
    const cutAfter = (bytes: number, towards: 'server' | 'client') =>
      (towards === 'server' ? toServer : toClient).cutAfter(bytes);
    this.open.set(id, { id, from, to, reset, cutAfter });
    toClient.send('connected');
    server.process.deliver(() => server.onConnection(accepted));
  }

  private socket(
    process: SimProcess,
    remoteAddress: string,
    options: {
      id: number;
      connecting: boolean;
      allowHalfOpen: boolean;
      paused?: boolean;
      localPort?: number;
    },
  ): SimSocket {
    const socket = new SimSocket({
      process,
      remoteAddress,
      paused: false,
      localPort: 0,
      onDestroyed: (gone) => {
        this.sockets.delete(gone);
        this.open.delete(gone.id);
      },
      ...options,
    });
    this.sockets.set(socket, process);
    return socket;
  }
}
