import type { Api } from '../../client/protocol/api';
import { apis, type ApiName } from '../../client/protocol/apis';
import type { InboundRequest, RequestHandler } from '../network/request-handler';
import type { ApiHandler } from './handler';

/** A handler for every API there is. */
export type ApiHandlers = { readonly [N in ApiName]: ApiHandler<(typeof apis)[N]> };

/** Finds the handler of each request. */
export function dispatcher(handlers: Partial<ApiHandlers>): RequestHandler {
  const byKey = new Map<number, ApiHandler<Api>>();
  for (const [name, api] of Object.entries(apis)) {
    byKey.set(api.key, handlers[name as ApiName] as unknown as ApiHandler<Api>);
  }
  return (request: InboundRequest) => {
    const handle = byKey.get(request.api.key) as ApiHandler<Api>;
    return handle(request.body as never, {
      apiVersion: request.header.apiVersion,
      clientId: request.header.clientId,
      listenerName: request.connection.listenerName,
      remoteAddress: request.connection.remoteAddress,
      onSent: (callback) => request.onSent(callback),
    });
  };
}
