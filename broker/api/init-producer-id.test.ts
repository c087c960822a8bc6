import { ErrorCode } from '../../client/protocol/error-codes';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { silentLogger } from '../../client/runtime/logger';
import type { RequestContext } from './handler';
import { initProducerIdHandler } from './init-producer-id';

const context: RequestContext = {
  apiVersion: 4,
  clientId: 'test',
  listenerName: 'PLAINTEXT',
  remoteAddress: '127.0.0.1',
  protocol: 'msgpack',
  onSent: () => {},
};
const request = {
  transactionalId: null,
  transactionTimeoutMs: 0,
  producerId: -1,
  producerEpoch: -1,
};

test('a producer gets a new id in epoch 0, also one that has an id', async () => {
  let next = 4000;
  const handle = initProducerIdHandler({
    producerIds: { next: () => Promise.resolve(next++) },
    logger: silentLogger,
  });
  expect(await handle(request, context)).toEqual({
    errorCode: 0,
    producerId: 4000,
    producerEpoch: 0,
  });
  expect(await handle({ ...request, producerId: 4000, producerEpoch: 3 }, context)).toEqual({
    ...{ errorCode: 0, producerId: 4001, producerEpoch: 0 },
  });
});

test('a producer that comes whom the controller gives no id is told to come again', async () => {
  const next = () => Promise.reject(new ProtocolError('COORDINATOR_LOAD_IN_PROGRESS'));
  const handle = initProducerIdHandler({ producerIds: { next }, logger: silentLogger });
  expect(await handle(request, context)).toMatchObject({
    errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    producerId: -1,
  });
});

test('a transactional producer is told that there are no transactions', async () => {
  const handle = initProducerIdHandler({
    producerIds: { next: () => Promise.resolve(1) },
    logger: silentLogger,
  });
  expect(await handle({ ...request, transactionalId: 't' }, context)).toMatchObject({
    errorCode: ErrorCode.UNSUPPORTED_VERSION,
    producerId: -1,
  });
});
