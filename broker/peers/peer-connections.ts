import {
  Connection,
  ConnectionError,
  formatEndpoint,
  resolveClientOptions,
  type Endpoint,
  type SocketFactory,
} from '../../client/network';
import type { Api, RequestInput, ResponseOf } from '../../client/protocol/api';
import { FrameBuffers } from '../../client/protocol/frame-buffers';
import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import type { PeerChannel, Peers } from './peer-channel';
import { peerClientId } from './peer-client-id';
import { PeerUnknownError } from './peer-unknown-error';

export interface PeerConnectionsOptions {
  /** Of this broker. */
  readonly brokerId: number;
  /** Where another broker listens for its kind, as far as is known. */
  endpointOf(brokerId: number): Endpoint | undefined;
  /** Milliseconds for a connection to be made. */
  readonly connectTimeoutMs: number;
  /** Milliseconds for a response, unless the request says otherwise. */
  readonly timeoutMs: number;
  readonly connect: SocketFactory;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** Connections to other brokers, over the msgpack protocol. */
export class PeerConnections implements Peers {
  private readonly frames = new FrameBuffers();
  private readonly channels = new Set<Channel>();
  private closed = false;

  constructor(private readonly options: PeerConnectionsOptions) {}

  open(brokerId: number, purpose: string): PeerChannel {
    const channel = new Channel(brokerId, purpose, this.options, this.frames, () =>
      this.channels.delete(channel),
    );
    if (this.closed) channel.close();
    else this.channels.add(channel);
    return channel;
  }

  /** Closes every channel; those opened later are closed from the start. */
  close(): void {
    this.closed = true;
    for (const channel of [...this.channels]) channel.close();
  }
}

class Channel implements PeerChannel {
  private connection: Connection | undefined;
  private opening: Promise<Connection> | undefined;
  private closed = false;

  constructor(
    private readonly brokerId: number,
    private readonly purpose: string,
    private readonly options: PeerConnectionsOptions,
    private readonly frames: FrameBuffers,
    private readonly onClosed: () => void,
  ) {}

  send<A extends Api>(
    api: A,
    body: RequestInput<A>,
    { timeoutMs = this.options.timeoutMs }: { readonly timeoutMs?: number } = {},
  ): Promise<ResponseOf<A>> {
    const connection = this.usable();
    if (connection) return connection.send(api, body, { timeoutMs });
    return this.reopened().then((opened) => opened.send(api, body, { timeoutMs }));
  }

  giveBack(response: object): void {
    this.connection?.giveBack(response);
  }

  close(): void {
    this.closed = true;
    this.connection?.close();
    this.onClosed();
  }

  /** The connection, while it works and leads to where the broker is now. */
  private usable(): Connection | undefined {
    const { connection } = this;
    if (!connection?.ready || this.closed) return undefined;
    const endpoint = this.options.endpointOf(this.brokerId);
    if (endpoint === undefined) return connection;
    const { host, port } = connection.endpoint;
    return endpoint.host === host && endpoint.port === port ? connection : undefined;
  }

  private reopened(): Promise<Connection> {
    this.opening ??= this.reopen().finally(() => (this.opening = undefined));
    return this.opening;
  }

  private async reopen(): Promise<Connection> {
    const { brokerId, clock, random, connect, connectTimeoutMs, logger } = this.options;
    const endpoint = this.options.endpointOf(this.brokerId);
    if (!endpoint) throw new PeerUnknownError(this.brokerId);
    if (this.closed) throw channelClosed(endpoint);
    this.connection?.close();
    const options = resolveClientOptions({
      brokers: [formatEndpoint(endpoint)],
      clientId: peerClientId(brokerId, this.purpose),
      connectionTimeout: connectTimeoutMs,
      connectionsMaxIdle: 0,
      socketFactory: connect,
      clock,
      random,
      logger,
    });
    const connection = await Connection.open(endpoint, options, this.frames);
    if (this.closed) {
      connection.close();
      throw channelClosed(endpoint);
    }
    this.connection = connection;
    return connection;
  }
}

function channelClosed(endpoint: Endpoint): ConnectionError {
  return new ConnectionError(endpoint, 'this broker has closed the channel.', { maybeSent: false });
}
