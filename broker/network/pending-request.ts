import type { Api } from '../../client/protocol/api';
import type { RequestHeader } from '../../client/protocol/wire-codec';
import type { ConnectionInfo, InboundRequest } from './request-handler';
import type { QueuedResponse } from './response-queue';

/** A place in the order of responses, with what is to be written there. */
export class PendingResponse implements QueuedResponse {
  ready = false;
  declare next: this | undefined;
  /** What to write; undefined for nothing. */
  parts: readonly Buffer[] | undefined = undefined;
  /** Nothing is read or answered any more behind this response. */
  closesConnection = false;
  private sentCallbacks: (() => void)[] | undefined = undefined;

  /** @param requestBytes size of the request, held until it is answered */
  constructor(readonly requestBytes: number) {
    this.next = undefined;
  }

  onSent(callback: () => void): void {
    if (this.sentCallbacks) this.sentCallbacks.push(callback);
    else this.sentCallbacks = [callback];
  }

  /** The callbacks, once. */
  takeSentCallbacks(): (() => void)[] | undefined {
    const callbacks = this.sentCallbacks;
    this.sentCallbacks = undefined;
    return callbacks;
  }
}

/** A request in the works and the place of its response, in one object: there is one per frame. */
export class PendingRequest extends PendingResponse implements InboundRequest {
  constructor(
    readonly header: RequestHeader,
    readonly api: Api,
    readonly body: object,
    readonly connection: ConnectionInfo,
    readonly receivedAt: number,
    /** The bytes the body's records are views of. */
    readonly frame: Buffer,
  ) {
    super(frame.length);
  }
}
