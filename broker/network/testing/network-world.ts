import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { FrameSplitter } from '../../../client/protocol/frame-splitter';
import { ApiVersions } from '../../../client/protocol/messages/api-versions';
import { Produce } from '../../../client/protocol/messages/produce';
import { msgpackCodec } from '../../../client/protocol/msgpack/codec';
import { ProtocolError } from '../../../client/protocol/protocol-error';
import type { Logger } from '../../../client/runtime/logger';
import { ManualClock } from '../../../client/runtime/manual-clock';
import type { InboundRequest, RequestHandler } from '../request-handler';
import { SocketServer, type SocketServerOptions } from '../socket-server';

interface LogLine {
  level: string;
  fields: Record<string, unknown>;
}

function recordingLogger(lines: LogLine[]): Logger {
  const at = (level: string) => (fields: object) =>
    void lines.push({ level, fields: fields as Record<string, unknown> });
  const logger: Logger = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => logger,
  };
  return logger;
}

export const emptyAnswer = { errorCode: 0, apiKeys: [] };
export const bySequence = (request: InboundRequest) => request.header.correlationId;

/** A server on a free port with everything that can be watched. */
export class World {
  readonly clock = new ManualClock();
  readonly lines: LogLine[] = [];
  readonly requests: InboundRequest[] = [];
  readonly server: SocketServer;
  readonly clients: TestClient[] = [];

  constructor(handler: RequestHandler, options: Partial<SocketServerOptions> = {}) {
    this.server = new SocketServer({
      listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 0 }],
      limits: { maxConnections: 100, maxConnectionsPerIp: 100, overrides: new Map() },
      maxQueuedRequestBytes: -1,
      maxRequestBytes: 1024 * 1024,
      maxInFlightRequests: 100,
      maxWriteQueueBytes: 256 * 1024,
      maxIdleMs: 600_000,
      frameTimeoutMs: 30_000,
      handler: (request) => {
        this.requests.push(request);
        return handler(request);
      },
      logger: recordingLogger(this.lines),
      clock: this.clock,
      ...options,
    });
  }

  async start(): Promise<this> {
    await this.server.bind();
    this.server.enableProcessing();
    return this;
  }

  async client(listener = 'PLAINTEXT'): Promise<TestClient> {
    const socket = connect(this.server.port(listener), '127.0.0.1');
    const client = new TestClient(socket);
    this.clients.push(client);
    await once(socket, 'connect');
    return client;
  }

  logged(event: string): Record<string, unknown>[] {
    return this.lines.map(({ fields }) => fields).filter((fields) => fields.event === event);
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.socket.destroy();
    this.server.stopAccepting();
    const closed = this.server.close(1);
    await settle();
    this.clock.advance(10);
    await closed;
  }
}

export type Answer = { id: number; failure?: string };

export class TestClient {
  readonly answers: Answer[] = [];
  bytesReceived = 0;
  readonly closed: Promise<unknown>;
  private awaited: { count: number; resolve: () => void } | undefined;

  constructor(readonly socket: Socket) {
    const splitter = new FrameSplitter(
      256 * 1024 * 1024,
      (frame) => this.onFrame(frame),
      () => socket.destroy(),
    );
    socket.on('data', (chunk: Buffer) => {
      this.bytesReceived += chunk.length;
      splitter.push(chunk);
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => socket.once('close', resolve));
  }

  send(...frames: Buffer[][]): void {
    this.socket.write(Buffer.concat(frames.flat()));
  }

  async received(count: number): Promise<Answer[]> {
    if (this.answers.length < count) {
      await new Promise<void>((resolve) => (this.awaited = { count, resolve }));
    }
    return this.answers;
  }

  private onFrame(frame: Buffer): void {
    const response = msgpackCodec.decodeResponse(frame);
    let failure: string | undefined;
    try {
      response.body(ApiVersions, 3);
    } catch (error) {
      failure = error instanceof ProtocolError ? error.code : 'other';
    }
    this.answers.push({ id: response.correlationId, ...(failure && { failure }) });
    if (this.awaited && this.answers.length >= this.awaited.count) this.awaited.resolve();
  }
}

export const ask = (correlationId: number, clientId = 'test') =>
  msgpackCodec.encodeRequest(ApiVersions, { apiVersion: 3, correlationId, clientId }, {});

export function produce(correlationId: number, acks: number, bytes: number): Buffer[] {
  const partitionData = [{ index: 0, records: Buffer.alloc(bytes) }];
  return msgpackCodec.encodeRequest(
    Produce,
    { apiVersion: 9, correlationId, clientId: null },
    { acks, timeoutMs: 1, topicData: [{ name: 't', partitionData }] },
  );
}

export function framed(payload: Buffer): Buffer[] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(payload.length);
  return [length, payload];
}

/** Lets everything that is under way on the loopback arrive. */
export async function settle(turns = 20): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
