import type { Api } from '../../client/protocol/api';
import { ErrorCode } from '../../client/protocol/error-codes';
import type { FrameProblem } from '../../client/protocol/frame-splitter';
import { errorCodeOf } from '../../client/protocol/protocol-error';
import type { FailedRequest, ReceivedRequest, WireCodec } from '../../client/protocol/wire-codec';
import { describeError } from '../../client/runtime/error';
import type { ConnectionContext, ConnectionIdentity } from './connection-context';
import { PendingRequest, PendingResponse } from './pending-request';
import { detectProtocol, recogniseStray } from './protocol-detection';
import { expectsResponse, type ConnectionInfo, type RequestHandler } from './request-handler';
import type { ResponseOutlet } from './response-outlet';

/** Says why a connection has to go, and sees to it that no more requests are taken. */
export type Complain = (reason: string, why: string, fields: object) => void;

/**
 * Between intake and outlet: finds out the protocol, hands each request to the handler as it comes,
 * and makes a response of what the handler returns or throws.
 *
 * The bytes of each frame are in the budget when it is handed in; its response gives them back.
 */
export class RequestRunner {
  private codec: WireCodec | undefined;
  private info: ConnectionInfo | undefined;

  constructor(
    private readonly identity: ConnectionIdentity,
    private readonly context: Pick<ConnectionContext, 'handler' | 'frames' | 'metrics' | 'logger'>,
    private readonly outlet: ResponseOutlet,
    private readonly complain: Complain,
  ) {}

  /** @param receivedAt monotonic time at which the frame was complete */
  take(frame: Buffer, receivedAt: number): void {
    const codec = this.codec ?? this.detect(frame);
    if (!codec) return;
    const received = codec.decodeRequest(frame);
    if (received.error) {
      this.refuse(received, frame);
      return;
    }
    const { header, api, body } = received;
    const { metrics, handler } = this.context;
    const info = this.info as ConnectionInfo;
    const request = new PendingRequest(header, api, body, info, receivedAt, frame);
    metrics.requestReceived(api, header.apiVersion, frame.length, codec.name);
    this.outlet.add(request);
    let result: ReturnType<RequestHandler>;
    try {
      result = handler(request);
    } catch (error) {
      this.fail(request, error);
      return;
    }
    if (isPromise(result)) {
      result.then(
        (body) => this.answer(request, body),
        (error: unknown) => this.fail(request, error),
      );
    } else {
      this.answer(request, result);
    }
  }

  /** The stream cannot be cut into frames any more. */
  onFrameProblem({ announced, limit }: FrameProblem): void {
    const stray = recogniseStray(announced);
    if (announced === 0) {
      this.giveUp('empty-frame', 'its frame is empty', {});
    } else if (stray !== undefined) {
      this.giveUp('protocol-not-spoken', `it sends ${stray}`, {});
    } else {
      const why = `its frame of ${announced} bytes is larger than socket.request.max.bytes (${limit})`;
      this.giveUp('oversized-frame', why, {});
    }
  }

  private detect(frame: Buffer): WireCodec | undefined {
    const { name, codec } = detectProtocol(frame[0]);
    if (!codec) {
      const firstBytes = frame.toString('hex', 0, 32);
      this.giveUp('protocol-not-spoken', `it speaks ${name}`, { firstBytes }, frame.length);
      return undefined;
    }
    this.codec = codec;
    this.info = { ...this.identity, codecName: codec.name };
    return codec;
  }

  private answer(request: PendingRequest, body: object | undefined): void {
    if (body !== undefined && !this.outlet.closed) {
      const { apiVersion, correlationId } = request.header;
      const codec = this.codec as WireCodec;
      try {
        request.parts = codec.encodeResponse(request.api, apiVersion, correlationId, body);
      } catch (error) {
        this.fail(request, error);
        return;
      }
      // Who answers is done with what was asked: its records are written.
      this.context.frames.give(request.frame);
    }
    this.outlet.complete(request);
  }

  private fail(request: PendingRequest, error: unknown): void {
    const { header, api } = request;
    const errorCode = errorCodeOf(error) || ErrorCode.UNKNOWN_SERVER_ERROR;
    const fields = {
      event: 'request-failed',
      api: api.name,
      ...header,
      ...this.identity,
      error: describeError(error),
    };
    if (errorCode === ErrorCode.UNKNOWN_SERVER_ERROR) {
      const stack = error instanceof Error ? error.stack : undefined;
      this.context.logger.error({ ...fields, stack }, `A ${api.name} request failed.`);
    } else {
      this.context.logger.debug(fields, `A ${api.name} request was refused.`);
    }
    // Who awaits no answer learns from the end of the connection that something went wrong.
    const awaited = expectsResponse(api, request.body);
    this.encodeFailure(request, api, awaited ? request : undefined, error);
    request.closesConnection = request.parts === undefined;
    this.outlet.complete(request);
  }

  /** Answers a frame that is not a request this broker can handle. */
  private refuse(received: ReceivedRequest, frame: Buffer): void {
    const { header, api } = received;
    const error = received.error as Error;
    const response = new PendingResponse(frame.length);
    this.encodeFailure(response, api, header && { header, api }, error);
    this.outlet.add(response);
    // The frame itself is sound when only what it asks for is unknown here.
    const sound = errorCodeOf(error) === ErrorCode.UNSUPPORTED_VERSION;
    if (sound && response.parts !== undefined) {
      const fields = { event: 'request-not-supported', ...header, ...this.identity };
      this.context.logger.debug(fields, error.message);
    } else {
      response.closesConnection = true;
      const firstBytes = frame.toString('hex', 0, 32);
      const fields = { ...header, frameBytes: frame.length, firstBytes };
      this.complain('malformed-request', describeError(error).replace(/\.$/, ''), fields);
    }
    this.outlet.complete(response);
  }

  /** @param failed undefined: there is nobody to answer */
  private encodeFailure(
    response: PendingResponse,
    api: Api | undefined,
    failed: FailedRequest | undefined,
    error: unknown,
  ): void {
    const errorCode = errorCodeOf(error) || ErrorCode.UNKNOWN_SERVER_ERROR;
    this.context.metrics.requestFailed(api, errorCode);
    if (!failed) return;
    const text = failureText(error, errorCode);
    response.parts = this.codec?.encodeFailure(failed, errorCode, text);
  }

  /** Closes the connection behind the responses that are still to come. */
  private giveUp(reason: string, why: string, fields: object, frameBytes = 0): void {
    this.complain(reason, why, fields);
    const response = new PendingResponse(frameBytes);
    response.closesConnection = true;
    this.outlet.add(response);
    this.outlet.complete(response);
  }
}

function isPromise(value: object | undefined): value is Promise<object | undefined> {
  return value !== undefined && typeof (value as { then?: unknown }).then === 'function';
}

/** What the client is told; the insides of an unexpected failure stay in the log. */
function failureText(error: unknown, errorCode: number): string {
  if (errorCode === ErrorCode.UNKNOWN_SERVER_ERROR) {
    return "The broker failed unexpectedly; the broker's log says more.";
  }
  return error instanceof Error ? error.message : String(error);
}
