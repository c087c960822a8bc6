import { ClientsWorld } from './javascript/clients-world';
import { testAdmin } from './javascript/kafkajs-admin';
import { testConsumer } from './javascript/kafkajs-consumer';
import { testFailover } from './javascript/kafkajs-failover';
import { testProducer } from './javascript/kafkajs-producer';
import { testPlatformatic } from './javascript/platformatic-client';

let started: ClientsWorld;
beforeAll(async () => {
  started = await ClientsWorld.start();
});
afterAll(() => started.close());

const world = (): ClientsWorld => started;
testAdmin(world);
testProducer(world);
testConsumer(world);
testPlatformatic(world);
testFailover(world);
