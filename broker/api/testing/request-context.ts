import type { RequestContext } from '../handler';

/** Where a request of a test comes from. */
export function requestContext(changes: Partial<RequestContext> = {}): RequestContext {
  return {
    apiVersion: 12,
    clientId: 'test',
    listenerName: 'PLAINTEXT',
    remoteAddress: '127.0.0.1',
    protocol: 'msgpack',
    onSent: (callback) => callback(),
    ...changes,
  };
}
