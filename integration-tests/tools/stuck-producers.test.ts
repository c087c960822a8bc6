import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka } from '../../client';
import { freePorts } from '../../tools/dev/free-ports';
import { MultiBrokerCluster } from '../harness/multi-broker-cluster';
import { until } from '../harness/until';
import { runTool, ToolProcess } from './tool-process';

let cluster: MultiBrokerCluster;
let bootstrap: string;
beforeAll(async () => {
  cluster = await MultiBrokerCluster.start({ brokers: 2 });
  const [first, second] = cluster.ids;
  bootstrap = cluster.address(first);
  const admin = new Kafka({ brokers: [bootstrap] }).admin();
  // With one of two replicas gone acks=all is refused; with the only one gone nobody leads.
  const configs = { 'min.insync.replicas': '2' };
  await admin.createTopics([
    { topic: 'stuck', assignments: [[first, second]], configs },
    { topic: 'solo', assignments: [[second]] },
  ]);
  await cluster.stop(second);
  const leaderOfSolo = async (): Promise<number> =>
    (await admin.describeTopics(['solo']))[0].partitions[0].leader;
  await until(
    async () => (await leaderOfSolo()) === -1,
    () => 'Somebody still leads solo-0.',
  );
  await admin.close();
});
afterAll(() => cluster.close());

const waiting =
  'Waiting for 2 records that are not acknowledged yet; press Ctrl-C again to give them up.\n';
const givenUp = '2 records were not acknowledged.\n';
const slow = 'WARN Sending to';

/** Interrupts a tool twice, once it has told what is in its way. */
async function interrupted(tool: ToolProcess, signal: 'SIGINT' | 'SIGTERM') {
  await tool.notes(slow);
  tool.child.kill(signal);
  await tool.notes(waiting);
  tool.child.kill(signal);
  return tool.ended;
}

describe('records that cannot be delivered', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('kafka-producer-perf-test, %s twice', async (signal, code) => {
    const tool = new ToolProcess('kafka-producer-perf-test', [
      ...['--topic', 'stuck', '--num-records', '2', '--record-size', '9', '--throughput', '-1'],
      ...['--producer-props', `bootstrap.servers=${bootstrap}`],
    ]);
    const ran = await interrupted(tool, signal);
    expect(ran).toMatchObject({ code, stdout: '' });
    expect(ran.stderr).toMatch(/^WARN Sending to stuck-0 has not .* NOT_ENOUGH_REPLICAS/);
    expect(ran.stderr).toMatch(new RegExp(`${waiting}.*${givenUp}$`, 's'));
  });

  test('kafka-console-producer, SIGINT twice', async () => {
    const tool = new ToolProcess('kafka-console-producer', [
      ...['--bootstrap-server', bootstrap, '--topic', 'solo'],
    ]);
    tool.child.stdin.write('a\nb\n');
    expect(await interrupted(tool, 'SIGINT')).toMatchObject({ code: 130, stdout: '' });
    expect(tool.stderr.endsWith(givenUp)).toBe(true);
  });

  test('kafka-console-producer, SIGINT once: what fails is told, the code is the signal’s', async () => {
    const tool = new ToolProcess('kafka-console-producer', [
      ...['--bootstrap-server', bootstrap, '--topic', 'solo'],
      ...['--producer-property', 'delivery.timeout.ms=6000'],
    ]);
    tool.child.stdin.write('a\nb\n');
    await tool.notes(slow);
    tool.child.kill('SIGINT');
    const { code, stderr } = await tool.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('not acknowledged within 6000 ms');
    expect(stderr).toContain('The last time: LEADER_NOT_AVAILABLE: solo-0 has no known leader.');
    expect(stderr).toContain('Set it with --producer-property delivery.timeout.ms=….');
    expect(stderr).toMatch(/2 of 2 lines were not delivered\.\n$/);
  });
});

describe('no broker', () => {
  test('kafka-verifiable-producer ends with 1, its events in order', async () => {
    const [port] = await freePorts(1);
    const config = join(cluster.directory, 'producer.properties');
    writeFileSync(config, 'max.block.ms=5000\n');
    const tool = new ToolProcess('kafka-verifiable-producer', [
      ...['--bootstrap-server', `localhost:${port}`, '--topic', 't', '--max-messages', '1'],
      ...['--producer.config', config],
    ]);
    await tool.notes('WARN Looking for topic "t" has not succeeded in');
    const { code, stdout } = await tool.ended;
    const names = stdout.match(/"name":"\w+"/g)?.map((field) => field.slice(8, -1));
    expect(names).toEqual([
      ...['startup_complete', 'producer_send_error', 'shutdown_complete', 'tool_data'],
    ]);
    expect(code).toBe(1);
  });

  test('kafka-console-consumer ends when no record came for --timeout-ms', async () => {
    const [port] = await freePorts(1);
    const before = Date.now();
    const ran = await runTool('kafka-console-consumer', [
      ...['--bootstrap-server', `localhost:${port}`, '--topic', 't', '--timeout-ms', '2000'],
    ]);
    expect(ran).toEqual({ code: 0, stdout: '', stderr: 'Processed a total of 0 messages\n' });
    // Without the timeout it looks for a broker for a minute.
    expect(Date.now() - before).toBeLessThan(30_000);
  });
});
