import type { Api, RequestInput, ResponseOf } from '../../client/protocol/api';
import type { PeerChannel } from './peer-channel';

/** Answers a request in this process. */
export type LocalAnswer = <A extends Api>(api: A, body: RequestInput<A>) => Promise<ResponseOf<A>>;

/**
 * The channel of a broker to itself: the same requests and handlers, no socket between them. What
 * leaves for other brokers in this turn of the event loop does not wait for the work it makes here.
 */
export class LocalChannel implements PeerChannel {
  /** @param defer runs a callback at the end of this turn of the event loop */
  constructor(
    private readonly answer: LocalAnswer,
    private readonly defer: (callback: () => void) => void,
  ) {}

  send<A extends Api>(api: A, body: RequestInput<A>): Promise<ResponseOf<A>> {
    return new Promise((resolve) => this.defer(() => resolve(this.answer(api, body))));
  }

  close(): void {
    // There is nothing to close.
  }
}
