import { join } from 'node:path';
import { Metadata } from '../../client/protocol/messages/metadata';
import { projectRoot } from '../../tools/cli/project-root';
import { freePorts } from '../../tools/dev/free-ports';
import { runProgram } from '../../tools/dev/run-program';
import { RawClient } from '../harness/raw-client';
import { createTopic, integerBatch, produce, readIntegers } from '../harness/raw-topics';
import { Compose, findCompose } from './compose';

/** The first build of the image installs the dependencies; the base images may have to be made. */
const BUILD_MS = 15 * 60_000;
const LIFE_MS = 5 * 60_000;
const TOPIC = 'numbers';
const words = findCompose();

if (words === undefined) {
  test('docker compose', () => {
    process.stdout.write('SKIPPED: no docker daemon\n');
  });
} else {
  describe('docker compose', () => containers(words));
}

function containers(composeWords: readonly string[]): void {
  let compose: Compose;
  let port: number;

  beforeAll(async () => {
    const [broker, zookeeper, metrics] = await freePorts(3);
    port = broker!;
    compose = new Compose(composeWords, `kafka-classic-test-${process.pid}`, {
      BROKER_PORT: String(broker),
      ZOOKEEPER_PORT: String(zookeeper),
      METRICS_PORT: String(metrics),
    });
    const script = join(projectRoot(), 'tools', 'docker', 'make-base-images.sh');
    const { code, output } = await runProgram(script, []);
    if (code !== 0) throw new Error(output);
    await compose.run('build');
  }, BUILD_MS);
  afterAll(() => compose.run('down', '--volumes', '--remove-orphans'), LIFE_MS);

  /** One connection from this machine, through the published port. */
  async function fromHost<T>(work: (client: RawClient) => Promise<T>): Promise<T> {
    const client = await RawClient.connect(`localhost:${port}`);
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  }

  async function expectRecords(): Promise<void> {
    const records = await fromHost((client) => readIntegers(client, TOPIC, 0));
    expect(records.map(({ value }) => value)).toEqual([1, 2, 3]);
  }

  test(
    'a broker for this machine and for other containers, whose data outlives it',
    async () => {
      await compose.up();
      const { brokers } = await fromHost((client) => client.request(Metadata, { topics: [] }));
      expect(brokers).toEqual([expect.objectContaining({ nodeId: 1, host: 'localhost', port })]);
      await fromHost(async (client) => {
        await createTopic(client, TOPIC, 1);
        await produce(client, TOPIC, 0, integerBatch([1, 2, 3]));
      });

      const bootstrap = ['--bootstrap-server', 'broker:9092'];
      expect(await compose.inBroker('kafka-topics.sh', ...bootstrap, '--list')).toContain(TOPIC);
      expect(await compose.inBroker('kafka-broker-api-versions', ...bootstrap)).toContain(
        'broker:9092 (id: 1',
      );

      await compose.run('kill', '-s', 'SIGKILL', 'broker');
      await compose.up();
      await expectRecords();

      await compose.run('down');
      expect(await compose.volumes()).toBe(3);
      await compose.up();
      await expectRecords();

      await compose.run('down', '--volumes');
      expect(await compose.volumes()).toBe(0);
    },
    LIFE_MS,
  );
}
