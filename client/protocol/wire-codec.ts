import type { Api } from './api';

/** What every request carries besides its body. */
export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

/**
 * A request as taken from a frame. When something is wrong with it, `error` says what, and the
 * header tells as much as could be read, so that it can be answered.
 */
export type ReceivedRequest =
  | {
      readonly header: RequestHeader;
      readonly api: Api;
      readonly body: object;
      readonly error?: undefined;
    }
  | {
      readonly header: RequestHeader | undefined;
      readonly api: Api | undefined;
      readonly error: Error;
    };

/** As much of a request as could be read, to be answered with a failure. */
export interface FailedRequest {
  readonly header: RequestHeader;
  readonly api: Api | undefined;
  readonly body?: object | undefined;
}

/** A response as taken from a frame; its body is decoded when its API is known. */
export interface ReceivedResponse {
  readonly correlationId: number;
  body(api: Api, version: number): object;
}

/**
 * One of the protocols of the port. Frames go in without their u32 length and come out with it, as
 * parts to be written one after the other.
 */
export interface WireCodec {
  readonly name: 'msgpack' | 'kafka';
  encodeRequest(api: Api, header: Omit<RequestHeader, 'apiKey'>, body: object): Buffer[];
  /** Never throws. */
  decodeRequest(frame: Buffer): ReceivedRequest;
  encodeResponse(api: Api, version: number, correlationId: number, body: object): Buffer[];
  /** The answer to a request that could not even be handled; undefined where the protocol has none. */
  encodeFailure(request: FailedRequest, errorCode: number, message: string): Buffer[] | undefined;
  /** @throws MalformedMessageError */
  decodeResponse(frame: Buffer): ReceivedResponse;
}
