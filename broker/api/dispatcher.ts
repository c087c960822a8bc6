import type { Api } from '../../client/protocol/api';
import { apis, type ApiName } from '../../client/protocol/apis';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { InboundRequest, RequestHandler } from '../network/request-handler';
import { apiVersionsHandler } from './api-versions';
import type { ApiHandler } from './handler';

/** A handler for every API there is, but ApiVersions, whose answer follows from the others. */
export type ApiHandlers = {
  readonly [N in Exclude<ApiName, 'ApiVersions'>]: ApiHandler<(typeof apis)[N]>;
};

/**
 * Finds the handler of each request. APIs without a handler are not advertised, and refused with
 * UNSUPPORTED_VERSION.
 */
export function dispatcher(handlers: Partial<ApiHandlers>): RequestHandler {
  const byKey = new Map<number, ApiHandler<Api>>();
  const answered: Api[] = [apis.ApiVersions];
  for (const [name, handler] of Object.entries(handlers)) {
    if (!handler) continue;
    const api = apis[name as ApiName];
    answered.push(api);
    byKey.set(api.key, handler as unknown as ApiHandler<Api>);
  }
  byKey.set(apis.ApiVersions.key, apiVersionsHandler(answered) as unknown as ApiHandler<Api>);
  return (request: InboundRequest) => {
    const handle = byKey.get(request.api.key);
    if (!handle) {
      throw new ProtocolError('UNSUPPORTED_VERSION', `${request.api.name} is not answered here.`);
    }
    return handle(request.body as never, {
      apiVersion: request.header.apiVersion,
      clientId: request.header.clientId,
      listenerName: request.connection.listenerName,
      remoteAddress: request.connection.remoteAddress,
      protocol: request.connection.codecName,
      onSent: (callback) => request.onSent(callback),
    });
  };
}
