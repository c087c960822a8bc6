import type { Api, RequestInput, ResponseOf } from '../../client/protocol/api';
import type { PeerChannel } from './peer-channel';

/** Answers a request in this process. */
export type LocalAnswer = <A extends Api>(api: A, body: RequestInput<A>) => Promise<ResponseOf<A>>;

/** The channel of a broker to itself: the same requests and handlers, no socket between them. */
export class LocalChannel implements PeerChannel {
  constructor(private readonly answer: LocalAnswer) {}

  send<A extends Api>(api: A, body: RequestInput<A>): Promise<ResponseOf<A>> {
    return this.answer(api, body);
  }

  close(): void {
    // There is nothing to close.
  }
}
