import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** `up` is from the client to the server, `down` the other way. */
export type Direction = 'up' | 'down';

type Verdict = 'pass' | 'drop' | 'hold';

/** Changes bytes on their way. What it gets is what the socket delivered, not whole frames. */
export type Rewrite = (chunk: Buffer) => Buffer;

interface Flow {
  verdict: Verdict;
  delayMs: number;
  bytesPerSecond: number;
  rewrite: Rewrite | undefined;
  /** Cut the connection when so many more bytes have passed. */
  cutAfter: number | undefined;
}

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  readonly held: Record<Direction, Buffer[]>;
  /** Under way with a delay, oldest first. */
  readonly late: Record<Direction, Buffer[]>;
  /** When the last of those will be through. */
  readonly busyUntil: Record<Direction, number>;
}

const LOOPBACK = '127.0.0.1';
/** What a slow link takes in ahead. */
const PUSH_BACK_MS = 100;

const freshFlow = (): Flow => ({
  verdict: 'pass',
  delayMs: 0,
  bytesPerSecond: Infinity,
  rewrite: undefined,
  cutAfter: undefined,
});

/**
 * A TCP proxy to a port of this machine that breaks connections in exactly the way it is told:
 * silence in one direction or both, delay, a cut after n bytes, a reset, bytes held back and let go
 * later, bytes changed. Nothing in it is random.
 */
export class FaultProxy {
  /** Connections taken since the start. */
  accepted = 0;
  /** Bytes swallowed since the start. */
  readonly dropped: Record<Direction, number> = { up: 0, down: 0 };
  private readonly flows: Record<Direction, Flow> = { up: freshFlow(), down: freshFlow() };
  private readonly links = new Set<Link>();
  private refusing = false;

  private constructor(
    private readonly listener: Server,
    private readonly targetPort: number,
  ) {}

  /**
   * Listens on a free port.
   *
   * @param host an address of this machine
   * @throws Error when it is none
   */
  static async start(targetPort: number, host = LOOPBACK): Promise<FaultProxy> {
    const listener = createServer();
    const proxy = new FaultProxy(listener, targetPort);
    listener.on('connection', (client) => proxy.onConnection(client));
    listener.listen(0, host);
    await once(listener, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Where it listens: `127.0.0.1:port` */
  get address(): string {
    const { address, port } = this.listener.address() as AddressInfo;
    return `${address}:${port}`;
  }

  /** Connections open at the moment. */
  get open(): number {
    return this.links.size;
  }

  /** Swallows everything, in one direction or both. Connections stay open, as on a dead link. */
  drop(direction?: Direction): void {
    this.each(direction, (flow) => (flow.verdict = 'drop'));
  }

  /** Keeps everything back until {@link release}. */
  hold(direction?: Direction): void {
    this.each(direction, (flow) => (flow.verdict = 'hold'));
  }

  /** Lets go what was held, in order, and passes everything from now on. */
  release(): void {
    for (const direction of ['up', 'down'] as const) {
      this.flows[direction].verdict = 'pass';
      for (const link of this.links) {
        for (const chunk of link.held[direction].splice(0)) this.pass(link, direction, chunk);
      }
    }
    for (const link of this.links) {
      if (link.client.destroyed || link.server.destroyed) this.end(link);
    }
  }

  delay(ms: number, direction?: Direction): void {
    this.each(direction, (flow) => (flow.delayMs = ms));
  }

  /** Lets so many bytes of each connection through in a second. */
  throttle(bytesPerSecond: number, direction?: Direction): void {
    this.each(direction, (flow) => (flow.bytesPerSecond = bytesPerSecond));
  }

  rewrite(direction: Direction, rewrite: Rewrite | undefined): void {
    this.flows[direction].rewrite = rewrite;
  }

  /** Once so many more bytes have passed, cuts the connection they passed on. Works once. */
  cutAfter(bytes: number, direction: Direction): void {
    this.flows[direction].cutAfter = bytes;
  }

  /** New connections are closed at once. */
  refuse(): void {
    this.refusing = true;
  }

  /** Everything passes again; what was dropped is lost, what was held is let go. */
  heal(): void {
    this.refusing = false;
    for (const direction of ['up', 'down'] as const) {
      const flow = this.flows[direction];
      Object.assign(flow, { ...freshFlow(), verdict: flow.verdict });
    }
    this.release();
  }

  /** Closes all connections in good order. */
  cut(): void {
    for (const link of this.links) this.end(link);
  }

  /** Ends all connections with a TCP reset. */
  reset(): void {
    for (const link of this.links) {
      link.client.resetAndDestroy();
      link.server.resetAndDestroy();
    }
  }

  async close(): Promise<void> {
    const closed = once(this.listener, 'close');
    this.listener.close();
    this.cut();
    await closed;
  }

  private each(direction: Direction | undefined, change: (flow: Flow) => void): void {
    for (const each of direction ? [direction] : (['up', 'down'] as const)) {
      change(this.flows[each]);
    }
  }

  private onConnection(client: Socket): void {
    this.accepted += 1;
    if (this.refusing) {
      client.destroy();
      return;
    }
    const server = connect(this.targetPort, LOOPBACK);
    const link: Link = {
      client,
      server,
      held: { up: [], down: [] },
      late: { up: [], down: [] },
      busyUntil: { up: 0, down: 0 },
    };
    this.links.add(link);
    client.setNoDelay();
    server.setNoDelay();
    client.on('data', (chunk: Buffer) => this.carry(link, 'up', chunk));
    server.on('data', (chunk: Buffer) => this.carry(link, 'down', chunk));
    for (const socket of [client, server]) {
      socket.on('error', () => undefined);
      socket.on('close', () => this.onClosed(link, socket));
    }
  }

  /** A dead link does not tell the other side that one side has gone. */
  private onClosed(link: Link, socket: Socket): void {
    const onward: Direction = socket === link.client ? 'up' : 'down';
    if (this.flows[onward].verdict === 'pass') this.end(link);
    else if (link.client.destroyed && link.server.destroyed) this.links.delete(link);
  }

  private carry(link: Link, direction: Direction, chunk: Buffer): void {
    const flow = this.flows[direction];
    if (flow.verdict === 'drop') {
      this.dropped[direction] += chunk.length;
      return;
    }
    if (flow.verdict === 'hold') link.held[direction].push(chunk);
    else if (isSlow(flow) || link.late[direction].length > 0)
      this.passLater(link, direction, chunk);
    else this.pass(link, direction, chunk);
  }

  /** Each timer lets the oldest go, so that nothing overtakes when the delay changes. */
  private passLater(link: Link, direction: Direction, chunk: Buffer): void {
    const { delayMs, bytesPerSecond } = this.flows[direction];
    const late = link.late[direction];
    late.push(chunk);
    const now = performance.now();
    const free = Math.max(now, link.busyUntil[direction]);
    link.busyUntil[direction] = free + (1000 * chunk.length) / bytesPerSecond;
    const waitMs = delayMs + link.busyUntil[direction] - now;
    const from = direction === 'up' ? link.client : link.server;
    // A slow link pushes back: whoever sends notices.
    if (waitMs > delayMs + PUSH_BACK_MS) from.pause();
    setTimeout(() => {
      this.pass(link, direction, late.shift()!);
      from.resume();
    }, waitMs);
  }

  private pass(link: Link, direction: Direction, chunk: Buffer): void {
    const flow = this.flows[direction];
    const to = direction === 'up' ? link.server : link.client;
    const bytes = flow.rewrite ? flow.rewrite(chunk) : chunk;
    if (flow.cutAfter === undefined || bytes.length < flow.cutAfter) {
      if (flow.cutAfter !== undefined) flow.cutAfter -= bytes.length;
      if (!to.destroyed) to.write(bytes);
      return;
    }
    const last = bytes.subarray(0, flow.cutAfter);
    flow.cutAfter = undefined;
    // Both ends go only after the last bytes have left.
    to.end(last, () => this.end(link));
  }

  private end(link: Link): void {
    this.links.delete(link);
    link.client.destroy();
    link.server.destroy();
  }
}

function isSlow({ delayMs, bytesPerSecond }: Flow): boolean {
  return delayMs > 0 || bytesPerSecond < Infinity;
}
