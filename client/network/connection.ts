import { apis } from '../protocol/apis';
import type { FrameBuffers } from '../protocol/frame-buffers';
import type { Api, RequestInput, ResponseOf } from '../protocol/api';
import { deferred, type Deferred } from '../runtime/deferred';
import { describeError } from '../runtime/error';
import { Alarm } from '../runtime/alarm';
import type { ResolvedClientOptions } from './client-options';
import { ConnectionError } from './connection-error';
import { formatEndpoint, type Endpoint } from './endpoint';
import { FrameSocket } from './frame-socket';
import { NegotiatedVersions, negotiateVersions } from './negotiate';
import { RequestQueue, type PendingRequest } from './request-queue';
import { RequestTimeoutError } from './request-timeout-error';
import type { ResponseCallback, SendOptions } from './send-options';

/** What a connection needs of the client's options. */
export type ConnectionOptions = Pick<
  ResolvedClientOptions,
  | 'clientId'
  | 'connectionTimeout'
  | 'requestTimeout'
  | 'connectionsMaxIdle'
  | 'maxInFlightRequests'
  | 'maxResponseBytes'
  | 'logger'
  | 'socketFactory'
  | 'clock'
  | 'codec'
>;

/**
 * One TCP connection to a broker. Requests are pipelined: several may be unanswered, their
 * responses come in the order of the requests.
 *
 * When it breaks, everything pending fails with a ConnectionError; a connection is never reopened,
 * a new one takes its place.
 */
export class Connection {
  private readonly queue: RequestQueue;
  private readonly socket: FrameSocket;
  private readonly closeListeners = new Set<(error: Error) => void>();
  private versions: NegotiatedVersions | undefined;
  private closedBy: ConnectionError | undefined;
  private drain: Deferred<void> | undefined;
  private lastUsed: number;
  private mutedUntil = 0;
  private readonly alarm: Alarm;
  /** The bytes of responses that may be given back. */
  private readonly framesOf = new WeakMap<object, Buffer>();

  private constructor(
    readonly endpoint: Endpoint,
    private readonly options: ConnectionOptions,
    private readonly frames: FrameBuffers | undefined,
  ) {
    this.queue = new RequestQueue(options.maxInFlightRequests, options.requestTimeout);
    this.lastUsed = options.clock.monotonic();
    this.alarm = new Alarm(options.clock, () => this.onAlarm());
    this.socket = new FrameSocket(
      (reading) => options.socketFactory(endpoint, reading),
      options.maxResponseBytes,
      {
        onFrame: (frame) => this.onFrame(frame),
        onRoom: () => this.onRoom(),
        onEnd: (what, cause) => this.onEnd(what, cause),
      },
      frames && ((bytes) => frames.take(bytes)),
    );
  }

  /**
   * Connects and agrees on versions.
   *
   * @param frames where the bytes of responses lie for whoever calls {@link giveBack}; by default
   *   each response has its own
   * @throws ConnectionError when the broker cannot be reached within `connectionTimeout`
   * @throws ProtocolError when it does not want to tell its versions
   */
  static async open(
    endpoint: Endpoint,
    options: ConnectionOptions,
    frames?: FrameBuffers,
  ): Promise<Connection> {
    const { clock, connectionTimeout } = options;
    const connection = new Connection(endpoint, options, frames);
    const timer = clock.setTimeout(
      () => connection.socket.fail(`could not connect within ${connectionTimeout} ms.`),
      connectionTimeout,
    );
    try {
      await connection.connected();
      await connection.negotiate();
      return connection;
    } catch (error) {
      connection.socket.fail(describeError(error));
      throw error;
    } finally {
      clock.clearTimeout(timer);
    }
  }

  /** Connected, negotiated and not closed. */
  get ready(): boolean {
    return this.versions !== undefined && this.closedBy === undefined;
  }

  /** Requests sent or waiting for their turn. */
  get pending(): number {
    return this.queue.size;
  }

  /**
   * The version of an API spoken on this connection.
   *
   * @throws UnsupportedApiError when broker and client have none in common
   */
  versionOf(api: Api): number {
    return this.negotiated.versionOf(api);
  }

  supports(api: Api): boolean {
    return this.negotiated.supports(api);
  }

  /** The versions the broker answers, by API key. */
  get brokerVersions(): NegotiatedVersions['broker'] {
    return this.negotiated.broker;
  }

  /**
   * Sends a request and waits for its response.
   *
   * @throws ConnectionError, RequestTimeoutError, UnsupportedApiError; ProtocolError when the
   *   broker could not handle the request at all
   */
  send<A extends Api>(
    api: A,
    body: RequestInput<A>,
    options?: SendOptions,
  ): Promise<ResponseOf<A>> {
    return new Promise((resolve, reject) => {
      const onDone: ResponseCallback<A> = (error, response) =>
        error ? reject(error) : resolve(response as ResponseOf<A>);
      this.sendCallback(api, body, onDone, options);
    });
  }

  /** As send, without a promise; for hot paths. Requests go out in the order of the calls. */
  sendCallback<A extends Api>(
    api: A,
    body: RequestInput<A>,
    onDone: ResponseCallback<A>,
    options?: SendOptions,
  ): void {
    const timeoutMs = options?.timeoutMs ?? this.options.requestTimeout;
    this.submit({
      api,
      body: body as object,
      timeoutMs,
      deadline: this.options.clock.monotonic() + timeoutMs,
      onDone: onDone as PendingRequest['onDone'],
      expectsResponse: true,
      version: -1,
      correlationId: 0,
    });
  }

  /**
   * For requests that are never answered (Produce with acks 0).
   *
   * @returns false when the caller should wait for {@link drained} before it sends more
   * @throws ConnectionError when the connection is closed; UnsupportedApiError
   */
  sendNoResponse<A extends Api>(api: A, body: RequestInput<A>): boolean {
    if (this.closedBy) throw this.closedError(false);
    const version = this.versionOf(api);
    this.submit({
      api,
      body: body as object,
      timeoutMs: Infinity,
      deadline: Infinity,
      onDone: undefined,
      expectsResponse: false,
      version,
      correlationId: 0,
    });
    return !this.blocked;
  }

  /**
   * Nobody looks at a response any more, nor at records that came with it: their bytes are used
   * again. Whoever does not call this has them collected like anything else.
   */
  giveBack(response: object): void {
    const frame = this.framesOf.get(response);
    if (frame) this.frames?.give(frame);
  }

  /** Resolves when the socket takes more; rejects with ConnectionError when it closes before. */
  drained(): Promise<void> {
    if (this.closedBy) return Promise.reject(this.closedError(true));
    if (!this.blocked) return Promise.resolve();
    return (this.drain ??= deferred()).promise;
  }

  /**
   * Told when the connection is gone, whoever ended it.
   *
   * @returns a function that takes the listener away
   */
  onClose(listener: (error: Error) => void): () => void {
    this.closeListeners.add(listener);
    return () => this.closeListeners.delete(listener);
  }

  /** Closes. What is pending fails with ConnectionError. */
  close(): void {
    this.socket.close('the client closed the connection.', this.options.clock);
  }

  private get negotiated(): NegotiatedVersions {
    if (!this.versions) throw this.closedError(false);
    return this.versions;
  }

  private get blocked(): boolean {
    return this.socket.full || this.queue.hasWaiting;
  }

  private connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      const forget = this.onClose(reject);
      this.socket.onConnected(() => {
        forget();
        resolve();
      });
    });
  }

  private async negotiate(): Promise<void> {
    const { ApiVersions } = apis;
    this.versions = await negotiateVersions(this.endpoint, (version, body) => {
      this.versions = NegotiatedVersions.only(this.endpoint, ApiVersions, version);
      // The time to connect, which has begun earlier, is its limit.
      return this.send(ApiVersions, body, { timeoutMs: Infinity });
    });
    this.setAlarm();
  }

  private submit(request: PendingRequest): void {
    try {
      if (this.closedBy) throw this.closedError(false);
      if (request.version < 0) request.version = this.versionOf(request.api);
    } catch (error) {
      process.nextTick(() => this.finish(request, error as Error, undefined));
      return;
    }
    this.queue.add(request);
    this.pump();
    this.alarm.by(request.deadline);
  }

  private pump(): void {
    if (this.mutedUntil > 0 && this.options.clock.monotonic() < this.mutedUntil) {
      this.alarm.by(this.mutedUntil);
      return;
    }
    for (let request = this.queue.next(); request; request = this.queue.next()) {
      this.write(request);
    }
  }

  private write(request: PendingRequest): void {
    const { api, version: apiVersion, correlationId } = request;
    const { codec, clientId } = this.options;
    let parts: Buffer[];
    try {
      parts = codec.encodeRequest(api, { apiVersion, correlationId, clientId }, request.body);
    } catch (error) {
      process.nextTick(() => this.finish(request, error as Error, undefined));
      return;
    }
    if (request.expectsResponse) this.queue.awaitResponse(request);
    this.lastUsed = this.options.clock.monotonic();
    this.socket.write(parts);
  }

  private onFrame(frame: Buffer): void {
    let request: PendingRequest | undefined;
    let response: object | undefined;
    let failure: Error | undefined;
    try {
      const received = this.options.codec.decodeResponse(frame);
      request = this.queue.answered(received.correlationId);
      if (!request) {
        this.socket.fail(
          `sent a response out of order (correlation id ${received.correlationId}).`,
        );
        return;
      }
      response = received.body(request.api, request.version);
      if (this.frames) this.framesOf.set(response, frame);
    } catch (error) {
      if (!request) {
        this.socket.fail(`sent something that is not a response: ${describeError(error)}`);
        return;
      }
      failure = error as Error;
    }
    this.lastUsed = this.options.clock.monotonic();
    this.throttle(response);
    this.finish(request, failure, response);
    if (this.queue.hasWaiting) this.pump();
    else this.onRoom();
  }

  /** The broker asks to be left alone for a while (KIP-219). */
  private throttle(response: { throttleTimeMs?: number } | undefined): void {
    const pauseMs = response?.throttleTimeMs;
    if (pauseMs !== undefined && pauseMs > 0) {
      this.mutedUntil = Math.max(this.mutedUntil, this.options.clock.monotonic() + pauseMs);
    }
  }

  private finish(
    { onDone }: PendingRequest,
    error: Error | undefined,
    response: object | undefined,
  ): void {
    try {
      onDone?.(error, response);
    } catch (thrown) {
      this.options.logger.error(
        { event: 'response-callback-failed', err: thrown },
        `The receiver of a response threw: ${describeError(thrown)}`,
      );
    }
  }

  private onRoom(): void {
    if (!this.drain || this.blocked) return;
    this.drain.resolve();
    this.drain = undefined;
  }

  /** The one way a connection ends: told once to everyone who waits for something. */
  private onEnd(what: string, cause: Error | undefined): void {
    this.closedBy = new ConnectionError(this.endpoint, what, { maybeSent: true, cause });
    this.alarm.clear();
    this.options.logger.debug(
      { event: 'connection-closed', broker: formatEndpoint(this.endpoint) },
      this.closedBy.message,
    );
    for (const request of this.queue.drain()) {
      this.finish(request, this.closedError(request.sent), undefined);
    }
    this.drain?.reject(this.closedBy);
    for (const listener of this.closeListeners) listener(this.closedBy);
    this.closeListeners.clear();
  }

  private closedError(maybeSent: boolean): ConnectionError {
    const { closedBy } = this;
    if (closedBy && maybeSent) return closedBy;
    return new ConnectionError(this.endpoint, closedBy?.what ?? 'not connected yet.', {
      maybeSent: false,
      cause: closedBy?.cause,
    });
  }

  /** Sets the alarm to whatever comes next: a timeout, the end of a throttle, idleness. */
  private setAlarm(): void {
    if (this.closedBy) return;
    let next = this.queue.nextDeadline();
    if (this.queue.hasWaiting && this.mutedUntil > 0) next = Math.min(next, this.mutedUntil);
    this.alarm.set(Math.min(next, this.idleAt()));
  }

  /** When the connection will have been idle for too long. */
  private idleAt(): number {
    const { connectionsMaxIdle } = this.options;
    const mayIdle = connectionsMaxIdle > 0 && this.queue.size === 0;
    return mayIdle ? this.lastUsed + connectionsMaxIdle : Infinity;
  }

  private onAlarm(): void {
    const now = this.options.clock.monotonic();
    const { requests, dead } = this.queue.expire(now);
    for (const request of requests) {
      const { api, timeoutMs, sent } = request;
      const error = new RequestTimeoutError(this.endpoint, api.name, timeoutMs, sent);
      this.finish(request, error, undefined);
    }
    if (dead) {
      this.socket.fail('nothing has come from the broker for too long; it is taken for dead.');
      return;
    }
    this.pump();
    if (now >= this.idleAt()) this.close();
    else this.setAlarm();
  }
}
