import type {
  Api,
  RequestInput,
  RequestOf,
  ResponseInput,
  ResponseOf,
} from '../../client/protocol/api';
import { complete } from '../../client/protocol/complete';
import type { LocalController } from '../api/controller-request';
import type { ApiHandlers } from '../api/dispatcher';
import type { ApiHandler } from '../api/handler';
import type { Controller } from '../controller/controller';
import type { LocalAnswer } from '../peers/local-channel';
import { peerClientId } from '../peers/peer-client-id';

/** Answers a message that never was bytes. */
type Answer = <A extends Api>(api: A, body: RequestOf<A>) => Promise<ResponseInput<A> | undefined>;

/** Makes of what a sender may leave out what a reader may rely on. */
function asLocalAnswer(answer: Answer): LocalAnswer {
  return async <A extends Api>(api: A, body: RequestInput<A>): Promise<ResponseOf<A>> => {
    const request = complete(api.request, body as never) as RequestOf<A>;
    const response = await answer(api, request);
    return complete(api.response, response as never) as ResponseOf<A>;
  };
}

/** The controller of this process, for those who ask it without a connection between. */
export function localAnswers(controller: Controller): LocalController {
  return { handle: asLocalAnswer((api, body) => controller.handle(api, body as never) as never) };
}

/** What a broker asks itself goes to its own handlers, without a socket. */
export function selfAnswers(brokerId: number, handlers: Partial<ApiHandlers>): LocalAnswer {
  const context = {
    clientId: peerClientId(brokerId, 'control'),
    listenerName: '',
    remoteAddress: 'self',
    protocol: 'msgpack' as const,
    onSent: (callback: () => void) => callback(),
  };
  return asLocalAnswer(async <A extends Api>(api: A, body: RequestOf<A>) => {
    const handle = handlers[api.name as keyof ApiHandlers] as unknown as ApiHandler<A>;
    return handle(body, { ...context, apiVersion: api.versions.max });
  });
}
