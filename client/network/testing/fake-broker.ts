import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { allApis, apis } from '../../protocol/apis';
import type { Api, RequestOf, ResponseInput } from '../../protocol/api';
import { ErrorCode } from '../../protocol/error-codes';
import { FrameSplitter } from '../../protocol/frame-splitter';
import { msgpackCodec } from '../../protocol/msgpack/codec';
import { includes, type VersionRange } from '../../protocol/version-range';
import type { RequestHeader } from '../../protocol/wire-codec';
import { deferred } from '../../runtime/deferred';
import { FakeCluster } from './fake-cluster';

/** What a handler may do instead of answering. */
export class Misbehaviour {
  private constructor(
    readonly kind: 'silence' | 'cut' | 'failure' | 'raw',
    readonly bytes: Buffer = Buffer.alloc(0),
    readonly count = 0,
    readonly message = '',
  ) {}

  /** Never answers this request; later ones are answered. */
  static readonly silence = new Misbehaviour('silence');

  /** Closes the connection instead of answering, having sent that many bytes of the response. */
  static cut(afterBytes = 0): Misbehaviour {
    return new Misbehaviour('cut', undefined, afterBytes);
  }

  /** Answers that the request could not be handled at all. */
  static failure(errorCode: number, message = ''): Misbehaviour {
    return new Misbehaviour('failure', undefined, errorCode, message);
  }

  /** Sends these bytes as they are. */
  static raw(bytes: Buffer): Misbehaviour {
    return new Misbehaviour('raw', bytes);
  }
}

type Reply<A> = ResponseInput<A> | Misbehaviour | undefined;

/** Answers a request: with a response, a {@link Misbehaviour}, or undefined for no response. */
export type FakeHandler<A> = (
  body: RequestOf<A>,
  header: RequestHeader,
) => Reply<A> | Promise<Reply<A>>;

export interface ReceivedByFake {
  readonly api: Api;
  readonly header: RequestHeader;
  readonly body: object;
  /** Number of the connection it came on, from 1. */
  readonly connection: number;
}

/**
 * A broker for tests: real TCP on the loopback interface, the real msgpack codec, scripted answers.
 * ApiVersions, Metadata, DescribeCluster and InitProducerId are answered from a {@link FakeCluster} unless a handler
 * of the test takes their place.
 *
 * Each connection's requests are answered in order, the next when the one before is done, so a
 * handler that returns a promise holds its connection up.
 */
export class FakeBroker {
  /** Everything received, in order. */
  readonly requests: ReceivedByFake[] = [];
  private readonly handlers = new Map<number, FakeHandler<Api>>();
  private readonly ranges = new Map<number, VersionRange | undefined>();
  private readonly sockets = new Set<Socket>();
  private readonly waiters = new Set<() => void>();
  private accepted = 0;
  private server: Server | undefined;
  readonly host = '127.0.0.1';
  port = 0;

  private constructor(
    readonly nodeId: number,
    readonly cluster: FakeCluster,
  ) {
    this.on(apis.ApiVersions, () => ({
      errorCode: 0,
      apiKeys: this.answeredApis().map(({ key, min, max }) => ({
        apiKey: key,
        minVersion: min,
        maxVersion: max,
      })),
    }));
    this.on(apis.Metadata, (body) => cluster.metadata(body));
    this.on(apis.InitProducerId, () => ({
      errorCode: 0,
      producerId: cluster.nextProducerId++,
      producerEpoch: 0,
    }));
    this.on(apis.DescribeCluster, () => ({
      clusterId: cluster.clusterId,
      controllerId: cluster.controllerId,
      brokers: [...cluster.brokers.values()].map(({ nodeId: brokerId, host, port }) => ({
        brokerId,
        host,
        port,
      })),
    }));
  }

  /** Starts a broker on a free port and lets it join the cluster given, or one of its own. */
  static async start(nodeId = 0, cluster = new FakeCluster()): Promise<FakeBroker> {
    const broker = new FakeBroker(nodeId, cluster);
    await broker.listen();
    cluster.brokers.set(nodeId, broker);
    if (cluster.controllerId < 0) cluster.controllerId = nodeId;
    return broker;
  }

  /** `host:port`. */
  get address(): string {
    return `${this.host}:${this.port}`;
  }

  /** Connections open at the moment. */
  get connections(): number {
    return this.sockets.size;
  }

  /** Connections ever accepted. */
  get connectionsAccepted(): number {
    return this.accepted;
  }

  /** Scripts the answers to one API. */
  on<A extends Api>(api: A, handler: FakeHandler<A>): void {
    this.handlers.set(api.key, handler as unknown as FakeHandler<Api>);
  }

  /** Scripts the next answer to one API; afterwards the handler before is back. */
  once<A extends Api>(api: A, handler: FakeHandler<A>): void {
    const before = this.handlers.get(api.key);
    this.on(api, (body, header) => {
      if (before) this.handlers.set(api.key, before);
      else this.handlers.delete(api.key);
      return handler(body, header);
    });
  }

  /** Pretends to answer an API in these versions only; undefined for not at all. */
  limitVersions(api: Api, range: VersionRange | undefined): void {
    this.ranges.set(api.key, range);
  }

  /** The bodies received for an API, in order. */
  received<A extends Api>(api: A): RequestOf<A>[] {
    return this.requests
      .filter((request) => request.api.key === api.key)
      .map(({ body }) => body as RequestOf<A>);
  }

  /** Resolves when that many requests of an API have come in all. */
  async until(api: Api, count: number): Promise<void> {
    await this.untilTrue(() => this.received(api).length >= count);
  }

  /** Resolves when that many connections are open. */
  async untilConnections(count: number): Promise<void> {
    await this.untilTrue(() => this.sockets.size === count);
  }

  /** Breaks all connections; new ones are accepted. */
  cutConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Stops listening and breaks all connections. */
  async stop(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    this.cutConnections();
    await closed;
  }

  /** Listens again, on the same port as before. */
  async restart(): Promise<void> {
    await this.stop();
    await this.listen();
  }

  private async listen(): Promise<void> {
    const server = createServer((socket) => this.accept(socket));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, this.host, resolve);
    });
    this.port = (server.address() as AddressInfo).port;
  }

  private accept(socket: Socket): void {
    const connection = ++this.accepted;
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.wake();
    });
    let previous = Promise.resolve();
    const splitter = new FrameSplitter(
      64 * 1024 * 1024,
      (frame) => {
        const copy = Buffer.from(frame);
        previous = previous.then(() => this.answer(copy, connection, socket));
      },
      () => socket.destroy(),
    );
    socket.on('data', (chunk: Buffer) => splitter.push(chunk));
    this.wake();
  }

  private async answer(frame: Buffer, connection: number, socket: Socket): Promise<void> {
    const { header, api, body, error } = decode(frame);
    if (!header || !api) {
      socket.destroy();
      return;
    }
    const send = (parts: readonly Buffer[] | undefined): void => {
      for (const part of parts ?? []) if (!socket.destroyed) socket.write(part);
    };
    const range = this.rangeOf(api);
    if (error || !range || !includes(range, header.apiVersion)) {
      const text = error?.message ?? `${api.name} is not answered in that version.`;
      send(msgpackCodec.encodeFailure({ header, api }, ErrorCode.UNSUPPORTED_VERSION, text));
      return;
    }
    this.requests.push({ api, header, body, connection });
    this.wake();
    const reply = await this.handlers.get(api.key)?.(body as never, header);
    if (reply === undefined) return;
    if (!(reply instanceof Misbehaviour)) {
      send(msgpackCodec.encodeResponse(api, header.apiVersion, header.correlationId, reply));
      return;
    }
    switch (reply.kind) {
      case 'silence':
        return;
      case 'cut': {
        const whole = msgpackCodec.encodeFailure({ header, api }, -1, 'cut'.repeat(100));
        socket.end(Buffer.concat(whole ?? []).subarray(0, reply.count));
        return;
      }
      case 'failure':
        send(msgpackCodec.encodeFailure({ header, api }, reply.count, reply.message));
        return;
      case 'raw':
        send([reply.bytes]);
        return;
    }
  }

  private rangeOf(api: Api): VersionRange | undefined {
    return this.ranges.has(api.key) ? this.ranges.get(api.key) : api.versions;
  }

  private answeredApis(): (VersionRange & { key: number })[] {
    return allApis().flatMap((api) => {
      const range = this.rangeOf(api);
      return range ? [{ key: api.key, ...range }] : [];
    });
  }

  private wake(): void {
    for (const waiter of this.waiters) waiter();
  }

  private untilTrue(condition: () => boolean): Promise<void> {
    const { promise, resolve } = deferred();
    const check = (): void => {
      if (!condition()) return;
      this.waiters.delete(check);
      resolve();
    };
    this.waiters.add(check);
    check();
    return promise;
  }
}

function decode(frame: Buffer) {
  const { header, api, error, ...rest } = msgpackCodec.decodeRequest(frame);
  return { header, api, error, body: 'body' in rest ? (rest.body as object) : {} };
}
