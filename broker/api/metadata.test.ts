import { ZERO_UUID } from '../../client/protocol/schema';
import { silentLogger } from '../../client/runtime/logger';
import { MetadataCache } from '../metadata/metadata-cache';
import { metadataHandler } from './metadata';

const handle = metadataHandler({
  metadata: new MetadataCache(),
  clusterId: 'c',
  logger: silentLogger,
  autoCreate: undefined,
});

async function askById(apiVersion: number) {
  const request = {
    topics: [{ topicId: ZERO_UUID, name: null }],
    allowAutoTopicCreation: false,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  };
  return handle(request, {
    apiVersion,
    clientId: null,
    listenerName: 'PLAINTEXT',
    remoteAddress: '127.0.0.1',
    onSent: () => undefined,
  });
}

test('a topic without a name is refused where the response could not tell of it', async () => {
  await expect(askById(11)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  expect((await askById(12))?.topics).toMatchObject([{ name: null, errorCode: 100 }]);
});
