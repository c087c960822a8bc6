import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { FrameBuffers } from '../../client/protocol/frame-buffers';
import { systemClock, type Clock } from '../../client/runtime/clock';
import { deferred, type Deferred } from '../../client/runtime/deferred';
import type { Logger } from '../../client/runtime/logger';
import { formatAddress } from '../config/listeners';
import { ComplaintLog } from './complaint-log';
import { Connection } from './connection';
import type { ConnectionContext, ConnectionOptions } from './connection-context';
import { ConnectionLimits, type ConnectionLimitsOptions } from './connection-limits';
import { IdleReaper } from './idle-reaper';
import { ListenerError } from './listener-error';
import { noNetworkMetrics, type NetworkMetrics } from './network-metrics';
import { RequestBudget } from './request-budget';
import type { RequestHandler } from './request-handler';
import { SharedReads } from './shared-reads';

/** Where to listen. */
export interface ListenerAddress {
  readonly name: string;
  /** Undefined: all interfaces. */
  readonly host: string | undefined;
  /** 0: any free one. */
  readonly port: number;
}

export interface SocketServerOptions extends ConnectionOptions {
  readonly listeners: readonly ListenerAddress[];
  /**
   * The listener of the other brokers. When `max.connections` is reached it still accepts: the
   * connection of another listener that has been silent longest is closed for it.
   */
  readonly protectedListener?: string;
  readonly limits: ConnectionLimitsOptions;
  /** `queued.max.request.bytes`; not above 0: no bound. */
  readonly maxQueuedRequestBytes: number;
  /** `socket.listen.backlog.size`. */
  readonly backlog?: number;
  readonly handler: RequestHandler;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly metrics?: NetworkMetrics;
  /** Takes the place of `net.createServer`. */
  readonly createServer?: typeof createServer;
}

/** What is in the works at one moment. */
export interface NetworkLoad {
  readonly connections: number;
  readonly inFlightRequests: number;
  readonly queuedRequestBytes: number;
  readonly queuedResponseBytes: number;
}

const LONGEST_REAPER_PERIOD_MS = 5000;

/**
 * The listeners of a broker and their connections.
 *
 * `bind` → `enableProcessing` → `stopAccepting` → `close`. Between the first two, connections wait
 * unread, so that the ports are known (and taken) before the broker can serve.
 */
export class SocketServer {
  private readonly servers = new Map<string, Server>();
  private readonly connections = new Set<Connection>();
  private readonly limits: ConnectionLimits;
  private readonly budget: RequestBudget;
  private readonly reaper: IdleReaper;
  private readonly context: ConnectionContext;
  private readonly metrics: NetworkMetrics;
  private processing = false;
  private nextId = 1;
  private allClosed: Deferred<void> | undefined;

  constructor(private readonly options: SocketServerOptions) {
    const { clock = systemClock, logger, handler, frameTimeoutMs, maxIdleMs } = options;
    this.metrics = options.metrics ?? noNetworkMetrics;
    this.limits = new ConnectionLimits(options.limits);
    this.budget = new RequestBudget(options.maxQueuedRequestBytes);
    this.context = {
      options,
      handler,
      logger,
      clock,
      budget: this.budget,
      reads: new SharedReads(),
      frames: new FrameBuffers(),
      complaints: new ComplaintLog(logger, clock),
      metrics: this.metrics,
    };
    const shortest = maxIdleMs < 0 ? frameTimeoutMs : Math.min(frameTimeoutMs, maxIdleMs);
    const period = Math.max(1, Math.min(LONGEST_REAPER_PERIOD_MS, shortest / 4));
    this.reaper = new IdleReaper(() => this.connections, period, clock);
  }

  /** Takes the ports. @throws {@link ListenerError} */
  async bind(): Promise<void> {
    try {
      for (const listener of this.options.listeners) {
        this.servers.set(listener.name, await this.listen(listener));
      }
    } catch (error) {
      this.stopAccepting();
      throw error;
    }
  }

  /** The port a listener is bound to. */
  port(listenerName: string): number {
    const address = this.servers.get(listenerName)?.address() as AddressInfo | null | undefined;
    if (!address) throw new RangeError(`Listener ${listenerName} is not bound.`);
    return address.port;
  }

  /** Begins to read requests, also from those connected already. */
  enableProcessing(): void {
    this.processing = true;
    this.reaper.start();
    for (const connection of this.connections) connection.start();
  }

  /** Gives the ports back; the connections stay. */
  stopAccepting(): void {
    for (const server of this.servers.values()) server.close();
    this.servers.clear();
  }

  /**
   * Ends everything: requests in the works are still answered, within the time given.
   *
   * @param drainMs milliseconds after which the connections left are cut; default 0
   */
  async close(drainMs = 0): Promise<void> {
    this.stopAccepting();
    this.allClosed ??= deferred();
    if (this.connections.size === 0) this.allClosed.resolve();
    for (const connection of [...this.connections]) connection.finish();
    const { clock } = this.context;
    const timer = clock.setTimeout(() => this.cut(), drainMs);
    await this.allClosed.promise;
    clock.clearTimeout(timer);
    this.reaper.stop();
  }

  /** Changes `max.connections` and its kin. */
  updateLimits(limits: ConnectionLimitsOptions): void {
    this.limits.update(limits);
  }

  load(): NetworkLoad {
    let inFlightRequests = 0;
    let queuedResponseBytes = 0;
    for (const connection of this.connections) {
      inFlightRequests += connection.inFlight;
      queuedResponseBytes += connection.queuedResponseBytes;
    }
    return {
      connections: this.connections.size,
      inFlightRequests,
      queuedRequestBytes: this.budget.heldBytes,
      queuedResponseBytes,
    };
  }

  private listen({ name, host, port }: ListenerAddress): Promise<Server> {
    const { backlog, logger } = this.options;
    const create = this.options.createServer ?? createServer;
    const settings = { noDelay: true, pauseOnConnect: true, allowHalfOpen: true };
    const server = create(settings, (socket) => this.onConnection(name, socket));
    return new Promise((resolve, reject) => {
      const refused = (error: Error) =>
        reject(new ListenerError(name, formatAddress(host, port), error));
      server.once('error', refused);
      server.listen({ host, port, backlog }, () => {
        server.off('error', refused);
        server.on('error', (error) => {
          const fields = { event: 'accept-failed', listener: name, error: error.message };
          logger.error(fields, `Listener ${name} could not accept a connection.`);
        });
        const bound = (server.address() as AddressInfo).port;
        logger.info(
          { event: 'listener-bound', listener: name, host, port: bound },
          `Listener ${name} is bound to ${formatAddress(host, bound)}.`,
        );
        resolve(server);
      });
    });
  }

  private onConnection(listenerName: string, socket: Socket): void {
    const remoteAddress = plainAddress(socket.remoteAddress);
    const refusal = this.limits.refusal(remoteAddress);
    const excused = refusal === 'max.connections' && this.makeRoomFor(listenerName);
    if (refusal !== undefined && !excused) {
      this.metrics.connectionRefused(refusal);
      const fields = { event: 'connection-refused', reason: refusal, listener: listenerName };
      const message = `Refusing a connection: ${refusal} is reached.`;
      this.context.complaints.warn(remoteAddress, fields, message);
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    this.limits.opened(remoteAddress);
    this.metrics.connectionOpened(listenerName);
    const localPort = socket.localPort ?? 0;
    const identity = { id: this.nextId++, listenerName, remoteAddress, localPort };
    const connection = new Connection(socket, identity, this.context, this.onClosed);
    this.connections.add(connection);
    if (this.processing) connection.start();
  }

  /** Closes the connection that can be missed most, for a listener that may ask for it. */
  private makeRoomFor(listenerName: string): boolean {
    if (listenerName !== this.options.protectedListener) return false;
    let victim: Connection | undefined;
    for (const connection of this.connections) {
      if (connection.identity.listenerName === listenerName) continue;
      if (!victim || connection.lastActive < victim.lastActive) victim = connection;
    }
    victim?.destroy();
    return victim !== undefined;
  }

  private readonly onClosed = (connection: Connection): void => {
    this.connections.delete(connection);
    this.limits.closed(connection.identity.remoteAddress);
    this.metrics.connectionClosed(connection.identity.listenerName);
    if (this.connections.size === 0) this.allClosed?.resolve();
  };

  private cut(): void {
    const { size } = this.connections;
    if (size === 0) return;
    const fields = { event: 'connections-cut', connections: size };
    this.context.logger.debug(fields, 'Cutting the connections that did not end by themselves.');
    for (const connection of this.connections) connection.destroy();
  }
}

/** IPv4 addresses in their own notation also when they come over an IPv6 socket. */
function plainAddress(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:(?=\d+\.)/i, '');
}
