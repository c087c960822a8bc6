import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deferred } from '../../client/runtime/deferred';
import {
  assigned,
  BrokerStore,
  ClusterIdStore,
  type ConfigEntity,
  ConfigStore,
  controllerEpoch,
  ControllerStore,
  createBootstrapPaths,
  createSessionFactory,
  EphemeralRegistry,
  FencedWriter,
  leaderEpoch,
  LogDirEventStore,
  PartitionStateStore,
  paths,
  PreferredElectionStore,
  ProducerIdBlockStore,
  ReassignPartitionsStore,
  type RequestedElection,
  SessionFile,
  TopicStore,
  ZooKeeperClient,
} from '../../zk-coordination';
import { ZooKeeperEnsemble } from '../harness/zookeeper-ensemble';

let ensemble: ZooKeeperEnsemble;
let directory: string;
const clients: ZooKeeperClient[] = [];

beforeAll(async () => {
  ensemble = await ZooKeeperEnsemble.start({ tickTimeMs: 200 });
  directory = await mkdtemp(join(tmpdir(), 'stores-'));
});
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));
afterAll(async () => {
  await ensemble.stop();
  await rm(directory, { recursive: true });
});

async function connect(sessionFile?: SessionFile): Promise<ZooKeeperClient> {
  const connectString = `${ensemble.address(1)}/kafka`;
  const factory = createSessionFactory({
    connectString,
    sessionTimeoutMs: 10_000,
    tickTimeMs: 200,
  });
  const client = new ZooKeeperClient({ factory, sessionFile });
  clients.push(client);
  await client.connect();
  await createBootstrapPaths(client);
  return client;
}

const registration = {
  id: 1,
  endpoints: [{ listener: 'PLAINTEXT', host: 'h', port: 9092, securityProtocol: 'PLAINTEXT' }],
  rack: null,
  jmxPort: -1,
  timestamp: 0,
  features: {},
};

test('a broker registers, and its successor is back without waiting for the session to end', async () => {
  const file = () => new SessionFile(join(directory, 'session.json'));
  const first = await connect(file());
  const before = await new BrokerStore(first).register(new EphemeralRegistry(first), registration);
  // The first process is still there, as a zombie is: its session is taken from it.
  const expired = deferred();
  first.beforeNewSession(() => {
    expired.resolve();
    return first.close();
  });
  const second = await connect(file());
  const after = await new BrokerStore(second).register(new EphemeralRegistry(second), registration);
  expect(after.epoch).toBeGreaterThan(before.epoch);
  await expired.promise;
  const [live] = await new BrokerStore(second).list();
  expect(live?.epoch).toBe(after.epoch);
});

test('a broker whose session is taken away registers again under a new epoch', async () => {
  const zk = await connect();
  const epochs: bigint[] = [];
  const again = deferred();
  await new BrokerStore(zk).register(new EphemeralRegistry(zk), registration, {
    onRegistered: (epoch, generation) => {
      epochs.push(epoch);
      if (generation === 2) again.resolve();
    },
  });
  const observer = await connect();
  const bounced = deferred();
  new BrokerStore(observer).observe(({ brokers }) => {
    if (brokers.get(1)?.epoch === epochs[1]) bounced.resolve();
  });
  await endSession(zk, observer);
  await again.promise;
  await bounced.promise;
  expect(epochs[1]).toBeGreaterThan(epochs[0]!);
});

test('cluster id, topics, partitions, configs and election work on a real ensemble', async () => {
  const [one, two] = [await connect(), await connect()];
  const ids = await Promise.all([one, two].map((zk) => new ClusterIdStore(zk).createOrGet()));
  expect(ids[0]).toBe(ids[1]);

  const election = await new ControllerStore(one).elect(1);
  expect(await new ControllerStore(two).elect(2)).toMatchObject({ controller: { brokerId: 1 } });
  if (!election.elected) throw new Error('nobody else has run');
  const fenced = new FencedWriter(one, election.fence);

  const state = {
    leader: 1,
    leaderEpoch: leaderEpoch(0),
    isr: [1],
    leaderRecoveryState: 'recovered' as const,
    controllerEpoch: controllerEpoch(election.epoch),
  };
  const partitions = Array.from({ length: 1_000 }, (_, partition) => partition);
  const assignment = new Map(partitions.map((partition) => [partition, assigned([1])]));
  const topics = new TopicStore(one);
  await topics.create('t', { topicId: null, partitions: assignment }, fenced);
  const states = new PartitionStateStore(one);
  const { created } = await states.createMany(
    partitions.map((partition) => ({ topic: 't', partition, state })),
    fenced,
  );
  expect(created).toHaveLength(1_000);
  const read = await new PartitionStateStore(two).getMany(created);
  expect(read.size).toBe(1_000);
  const epoch = read.get('t-7')!.partitionEpoch;
  expect(await states.update({ topic: 't', partition: 7 }, state, epoch, fenced)).toBe(1);

  const told = deferred<ConfigEntity>();
  const reader = new ConfigStore(two).observeChanges((entity) => {
    told.resolve(entity);
    return Promise.resolve();
  });
  await new ConfigStore(one).alter({ type: 'topics', name: 't' }, () => ({ 'retention.ms': '1' }));
  expect(await told.promise).toEqual({ type: 'topics', name: 't' });
  await reader.close();

  await topics.delete('t', fenced);
  expect(await topics.list()).toEqual([]);
  await new ControllerStore(one).resign(election);
  expect(await new ControllerStore(two).elect(2)).toMatchObject({ elected: true, epoch: 2 });
  await expect(fenced.create('/x', null)).rejects.toMatchObject({ code: 'CONTROLLER_FENCED' });
});

test('what controllers are asked through znodes works on a real ensemble', async () => {
  const zk = await connect();
  const election = await new ControllerStore(zk).elect(1);
  if (!election.elected) throw new Error('nobody else has run');
  const fenced = new FencedWriter(zk, election.fence);

  const events = new LogDirEventStore(zk);
  const announced = deferred();
  events.observe(() => {
    void events.list().then((list) => list.length === 2 && announced.resolve());
  });
  await events.announce(2);
  await events.announce(3);
  await announced.promise;
  const list = await events.list();
  expect(list.map(({ brokerId }) => brokerId)).toEqual([2, 3]);
  await events.delete(list, fenced);
  expect(await events.list()).toEqual([]);

  const blocks = new ProducerIdBlockStore(zk);
  const { version } = await blocks.latest();
  const block = { brokerId: 1, first: 0, last: 999 };
  await blocks.replace(block, election.epoch, version, fenced);
  expect(await blocks.latest()).toEqual({ block, version: version + 1 });

  const reassignments = new ReassignPartitionsStore(zk);
  const partitions = [0, 1].map((partition) => ({ topic: 't', partition, replicas: [1] }));
  await zk.create(
    paths.reassignPartitions,
    Buffer.from(JSON.stringify({ version: 1, partitions })),
  );
  await reassignments.remove(({ partition }) => partition === 0, fenced);
  expect(await reassignments.get()).toEqual(partitions.slice(1));
  await reassignments.remove(() => true, fenced);
  expect(await reassignments.get()).toBeNull();

  const asked = deferred<RequestedElection>();
  const elections = new PreferredElectionStore(zk);
  elections.observe(({ next }) => next && asked.resolve(next));
  const wanted = { version: 1, partitions: [{ topic: 't', partition: 0 }] };
  await zk.create(paths.preferredElection, Buffer.from(JSON.stringify(wanted)));
  await elections.delete(await asked.promise, fenced);
  await expect(zk.get(paths.preferredElection)).rejects.toMatchObject({ code: 'NO_NODE' });
  await new ControllerStore(zk).resign(election);
});

/** As when it times out, without the wait: another connection takes the session up and closes it. */
async function endSession(victim: ZooKeeperClient, other: ZooKeeperClient): Promise<void> {
  const connectString = `${ensemble.address(1)}/kafka`;
  const factory = createSessionFactory({
    connectString,
    sessionTimeoutMs: 10_000,
    tickTimeMs: 200,
  });
  const session = factory.open(victim.credentials());
  await session.connected();
  await session.close();
  await other.sync('/');
}
