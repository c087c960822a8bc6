import type { Api, RequestInput, ResponseOf } from '../../../../client/protocol/api';
import { apis } from '../../../../client/protocol/apis';
import { msgpackCodec } from '../../../../client/protocol/msgpack/codec';
import { deferred, type Deferred } from '../../../../client/runtime/deferred';
import type { PeerChannel, Peers } from '../../../peers/peer-channel';
import type { FakeLeader } from './fake-leader';

/** What happens to a request. */
export type Fate =
  | 'answered'
  /** It never arrives. */
  | 'request-lost'
  /** It is handled, its answer never arrives. */
  | 'reply-lost'
  /** It is handled, its answer arrives when it is let go. */
  | 'held';

/** Other brokers, in this process. Messages go through the codec, so that only what may be sent is sent. */
export class FakePeers implements Peers {
  readonly leaders = new Map<number, FakeLeader>();
  readonly held: Deferred<void>[] = [];
  /** Whether answers are held at all, those included that have been doomed to it before. */
  holding = true;
  /** Channels opened and not closed, by broker. */
  readonly channels: number[] = [];
  fate: (brokerId: number, api: Api) => Fate = () => 'answered';

  open(brokerId: number): PeerChannel {
    this.channels.push(brokerId);
    const closed = deferred<never>();
    closed.promise.catch(() => {});
    return {
      send: (api, body) => Promise.race([closed.promise, this.send(brokerId, api, body)]),
      close: () => {
        this.channels.splice(this.channels.indexOf(brokerId), 1);
        closed.reject(new Error('the channel is closed.'));
      },
    };
  }

  letGo(): void {
    for (const held of this.held.splice(0)) held.resolve();
  }

  private async send<A extends Api>(
    brokerId: number,
    api: A,
    body: RequestInput<A>,
  ): Promise<ResponseOf<A>> {
    const fate = this.fate(brokerId, api);
    await Promise.resolve();
    const leader = this.leaders.get(brokerId);
    if (fate === 'request-lost' || !leader) throw new Error(`broker ${brokerId} is away.`);
    const request = requestOverTheWire(api, body as object);
    const response =
      api.key === apis.Fetch.key
        ? await leader.fetch(request as never)
        : leader.listOffsets(request as never);
    if (fate === 'reply-lost') throw new Error('the connection broke.');
    if (fate === 'held' && this.holding) {
      const held = deferred();
      this.held.push(held);
      await held.promise;
    }
    return responseOverTheWire(api, response) as ResponseOf<A>;
  }
}

function requestOverTheWire(api: Api, body: object): object {
  const header = { apiVersion: api.spoken.max, correlationId: 1, clientId: 'broker-1-fetch' };
  const frame = Buffer.concat(msgpackCodec.encodeRequest(api, header, body)).subarray(4);
  const received = msgpackCodec.decodeRequest(frame);
  if (received.error) throw received.error;
  return received.body;
}

function responseOverTheWire(api: Api, body: object): object {
  const { max } = api.spoken;
  const frame = Buffer.concat(msgpackCodec.encodeResponse(api, max, 1, body)).subarray(4);
  return msgpackCodec.decodeResponse(frame).body(api, max);
}
