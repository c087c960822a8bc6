import type { Api, ResponseInput } from '../../client/protocol/api';
import { apis } from '../../client/protocol/apis';
import type { InboundRequest } from '../network/request-handler';
import { dispatcher } from './dispatcher';

function request(api: Api): InboundRequest {
  return {
    api,
    body: {},
    header: { apiKey: api.key, apiVersion: api.versions.max, correlationId: 1, clientId: 'c' },
    connection: {
      id: 1,
      listenerName: 'PLAINTEXT',
      remoteAddress: '127.0.0.1',
      localPort: 1,
      codecName: 'msgpack',
    },
    receivedAt: 0,
    onSent: () => undefined,
  };
}

const handle = dispatcher({
  DescribeCluster: undefined,
  Metadata: (_, { clientId, listenerName }) => ({
    clusterId: `${clientId}@${listenerName}`,
    brokers: [],
    topics: [],
  }),
});

test('a request goes to its handler, with where it came from', () => {
  expect(handle(request(apis.Metadata))).toMatchObject({ clusterId: 'c@PLAINTEXT' });
});

test('only what has a handler is advertised, and ApiVersions', () => {
  const { apiKeys } = handle(request(apis.ApiVersions)) as ResponseInput<typeof apis.ApiVersions>;
  const { max } = apis.Metadata.versions;
  expect(apiKeys).toEqual([
    { apiKey: apis.Metadata.key, minVersion: 0, maxVersion: max },
    { apiKey: apis.ApiVersions.key, minVersion: 0, maxVersion: 4 },
  ]);
});

test.each([apis.DescribeCluster, apis.LeaderAndIsr])(
  '$name without a handler is refused',
  (api) => {
    expect(() => handle(request(api))).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_VERSION' }) as Error,
    );
  },
);
