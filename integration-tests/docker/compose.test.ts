import { join } from 'node:path';
import { Kafka, type Producer } from '../../client';
import { delay } from '../../client/runtime/clock';
import { projectRoot } from '../../tools/cli/project-root';
import { freePorts } from '../../tools/dev/free-ports';
import { runProgram } from '../../tools/dev/run-program';
import { Compose, findCompose } from './compose';

/** The first build of the image installs the dependencies; the base images may have to be made. */
const BUILD_MS = 15 * 60_000;
const LIFE_MS = 5 * 60_000;
const BETWEEN_LOOKS_MS = 100;
const IDS = [1, 2, 3];
const TOPIC = 'numbers';
const PARTITIONS = 3;
const words = findCompose();

if (words === undefined) {
  test('docker compose', () => {
    process.stdout.write('SKIPPED: docker compose: no daemon answers, or Compose is missing\n');
  });
} else {
  describe('docker compose', () => containers(words));
}

function containers(composeWords: readonly string[]): void {
  let compose: Compose;
  let addresses: string[];
  let kafka: Kafka;
  let produced = 0;

  beforeAll(async () => {
    const ports = await freePorts(3 * IDS.length);
    const variables: Record<string, string> = {};
    for (const id of IDS) {
      for (const kind of ['BROKER', 'ZOOKEEPER', 'METRICS']) {
        variables[`${kind}_${id}_PORT`] = String(ports.pop());
      }
    }
    addresses = IDS.map((id) => `localhost:${variables[`BROKER_${id}_PORT`]}`);
    kafka = new Kafka({ brokers: addresses });
    compose = new Compose(composeWords, `kafka-classic-test-${process.pid}`, variables);
    const script = join(projectRoot(), 'tools', 'docker', 'make-base-images.sh');
    const { code, output } = await runProgram(script, []);
    if (code !== 0) throw new Error(output);
    await compose.run('build', 'broker-1');
  }, BUILD_MS);
  afterAll(() => compose.run('down', '--volumes', '--remove-orphans'), LIFE_MS);

  /** The next integers, each acknowledged by all replicas in sync. */
  async function produce(producer: Producer, count: number): Promise<void> {
    const messages = Array.from({ length: count }, (_, index) => {
      const value = produced + index;
      return { value: String(value), partition: value % PARTITIONS };
    });
    await producer.send({ topic: TOPIC, messages });
    produced += count;
  }

  /** Every integer once, in each partition in the order produced. */
  async function expectAll(): Promise<void> {
    const consumer = kafka.consumer({ autoOffsetReset: 'earliest' });
    const found: number[][] = Array.from({ length: PARTITIONS }, () => []);
    await consumer.assign({ topic: TOPIC });
    while (found.flat().length < produced) {
      for (const { partition, records } of await consumer.poll()) {
        found[partition]!.push(...records.map(({ value }) => Number(value)));
      }
    }
    await consumer.close();
    const all = Array.from({ length: produced }, (_, value) => value);
    expect(found).toEqual(
      found.map((_, partition) => all.filter((value) => value % PARTITIONS === partition)),
    );
  }

  /** Resolves when every partition has all its replicas in sync again. */
  async function fullIsr(): Promise<void> {
    const admin = kafka.admin();
    const isFull = async () => {
      const [topic] = await admin.describeTopics([TOPIC]);
      return topic!.partitions.every(({ isr }) => isr.length === IDS.length);
    };
    while (!(await isFull())) await delay(BETWEEN_LOOKS_MS);
    await admin.close();
  }

  test(
    'three brokers for this machine and for other containers',
    async () => {
      await compose.up();
      for (const address of addresses) {
        const admin = new Kafka({ brokers: [address] }).admin();
        const { brokers } = await admin.describeCluster();
        const advertised = brokers.map(({ nodeId, host, port }) => [nodeId, `${host}:${port}`]);
        expect(advertised.sort()).toEqual(IDS.map((id) => [id, addresses[id - 1]]));
        await admin.close();
      }
      const admin = kafka.admin();
      await admin.createTopics([{ topic: TOPIC, numPartitions: PARTITIONS }]);
      await admin.close();
      for (const address of addresses) {
        const script = join(projectRoot(), 'bin', 'kafka-topics.sh');
        const args = ['--bootstrap-server', address, '--describe', '--topic', TOPIC];
        expect((await runProgram(script, args)).output).toContain('ReplicationFactor: 3');
      }

      const bootstrap = ['--bootstrap-server', 'broker-3:9092'];
      expect(await compose.inside('broker-1', 'kafka-topics.sh', ...bootstrap, '--list')).toContain(
        TOPIC,
      );
      const versions = await compose.inside('broker-2', 'kafka-broker-api-versions', ...bootstrap);
      for (const id of IDS) expect(versions).toContain(`broker-${id}:9092 (id: ${id}`);
    },
    LIFE_MS,
  );

  test(
    'nothing is lost with any one broker, ZooKeeper server, or all containers',
    async () => {
      const producer = kafka.producer();
      await produce(producer, 100);
      await compose.kill('broker-1');
      await produce(producer, 100);
      await expectAll();
      await compose.up();
      await fullIsr();

      await compose.kill('zookeeper-2');
      await produce(producer, 100);
      await compose.up();
      await producer.close();
      await expectAll();

      await compose.run('down');
      expect(await compose.volumes()).toBe(9);
      await compose.up();
      await expectAll();

      await compose.run('down', '--volumes');
      expect(await compose.volumes()).toBe(0);
    },
    LIFE_MS,
  );
}
