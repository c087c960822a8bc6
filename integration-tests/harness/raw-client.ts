import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Api, RequestInput, ResponseOf } from '../../client/protocol/api';
import { FrameSplitter } from '../../client/protocol/frame-splitter';
import { msgpackCodec } from '../../client/protocol/msgpack/codec';
import type { WireCodec } from '../../client/protocol/wire-codec';
import { delay } from '../../client/runtime/clock';
import { deferred, type Deferred } from '../../client/runtime/deferred';

const MAX_RESPONSE_BYTES = 0x7fff_ffff;
const BETWEEN_ATTEMPTS_MS = 5;

/** The connection ended before the answer came: whether the request was carried out is unknown. */
export class ConnectionLostError extends Error {
  constructor(address: string) {
    super(`The connection to ${address} is lost.`);
  }
}

interface Pending {
  readonly api: Api;
  readonly version: number;
  readonly answer: Deferred<unknown>;
}

/**
 * One connection that speaks msgpack or Kafka with the protocol's codecs and nothing else: no retries, no
 * metadata, no timeouts. Requests may be sent without waiting for the answers of earlier ones.
 */
export class RawClient {
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  private readonly pending = new Map<number, Pending>();
  private nextCorrelationId = 1;
  private isOpen = true;

  private constructor(
    readonly socket: Socket,
    private readonly address: string,
    private readonly clientId: string,
    private readonly codec: WireCodec,
  ) {
    const splitter = new FrameSplitter(
      MAX_RESPONSE_BYTES,
      (frame) => this.onFrame(frame),
      ({ announced }) => socket.destroy(new Error(`A response of ${announced} bytes.`)),
    );
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => splitter.push(chunk));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.once('close', () => resolve(this.onClose())));
  }

  /** @throws the socket's error when nobody listens */
  static async connect(
    address: string,
    clientId = 'test',
    codec: WireCodec = msgpackCodec,
  ): Promise<RawClient> {
    const [host, port] = address.split(':');
    const socket = connect({ host, port: Number(port) });
    await once(socket, 'connect');
    return new RawClient(socket, address, clientId, codec);
  }

  /** Tries until somebody listens, or until nobody needs it any more. */
  static async connectWhenListening(
    address: string,
    given: { up(): boolean },
  ): Promise<RawClient | undefined> {
    while (!given.up()) {
      try {
        return await RawClient.connect(address);
      } catch {
        await delay(BETWEEN_ATTEMPTS_MS);
      }
    }
    return undefined;
  }

  /** Whether requests can still be sent. */
  get open(): boolean {
    return this.isOpen;
  }

  /** Requests without an answer yet. */
  get inFlight(): number {
    return this.pending.size;
  }

  /**
   * Sends a request at once.
   *
   * @param version default the highest known
   * @throws ProtocolError when the broker answers with a failure, ConnectionLostError
   */
  request<A extends Api>(
    api: A,
    body: RequestInput<A>,
    version: number = api.spoken.max,
  ): Promise<ResponseOf<A>> {
    if (!this.isOpen) return Promise.reject(new ConnectionLostError(this.address));
    const answer = deferred<unknown>();
    const correlationId = this.nextCorrelationId++;
    this.pending.set(correlationId, { api, version, answer });
    this.post(api, body, version, correlationId);
    return answer.promise as Promise<ResponseOf<A>>;
  }

  /** Sends a request whose answer, if there is one, nobody waits for. */
  post<A extends Api>(
    api: A,
    body: RequestInput<A>,
    version: number = api.spoken.max,
    correlationId: number = this.nextCorrelationId++,
  ): void {
    const header = { apiVersion: version, correlationId, clientId: this.clientId };
    for (const part of this.codec.encodeRequest(api, header, body)) this.socket.write(part);
  }

  /** Ends the connection without waiting for answers. */
  close(): Promise<void> {
    this.socket.destroy();
    return this.closed;
  }

  private onFrame(frame: Buffer): void {
    const { correlationId, body } = this.codec.decodeResponse(frame);
    const request = this.pending.get(correlationId);
    if (!request) return;
    this.pending.delete(correlationId);
    try {
      request.answer.resolve(body(request.api, request.version));
    } catch (error) {
      request.answer.reject(error);
    }
  }

  private onClose(): void {
    this.isOpen = false;
    for (const { answer } of this.pending.values()) {
      answer.reject(new ConnectionLostError(this.address));
    }
    this.pending.clear();
  }
}
