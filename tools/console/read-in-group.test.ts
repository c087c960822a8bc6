import { FakeCoordinator } from '../../client/consumer/group/testing/fake-coordinator';
import { ConsumerHarness } from '../../client/consumer/testing/consumer-harness';
import { ranCommand } from '../cli/testing';
import { definition as consoleConsumer } from '../kafka-console-consumer';
import { definition as perfTest } from '../kafka-consumer-perf-test';
import { definition as verifiableConsumer } from '../kafka-verifiable-consumer';

const clicks = { topic: 'clicks', partition: 0 };
let harness: ConsumerHarness;
let coordinator: FakeCoordinator;

beforeEach(async () => {
  harness = await ConsumerHarness.start();
  coordinator = new FakeCoordinator(harness.broker);
  harness.log.append(clicks, ['a', 'b', 'c']);
  harness.log.append({ topic: 'clicks', partition: 1 }, ['d']);
});
afterEach(() => harness.stop());

const args = (...more: string[]) => ['--bootstrap-server', harness.broker.address, ...more];
const committed = () => coordinator.offsets.get('clicks-0')?.offset;

describe('kafka-console-consumer --group', () => {
  const read = (...more: string[]) =>
    ranCommand(consoleConsumer, args('--group', 'g', '--from-beginning', ...more));

  test('goes on behind the last record that was printed', async () => {
    const first = await read('--topic', 'clicks', '--max-messages', '1');
    expect(first).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^[ad]\n$/) as string,
      stderr: 'Processed a total of 1 messages\n',
    });
    const second = await read('--include', 'cli.*', '--max-messages', '3');
    expect(`${first.stdout}${second.stdout}`.split('\n').sort().join('')).toBe('abcd');
    expect([...coordinator.offsets.values()].map(({ offset }) => offset).sort()).toEqual([1, 3]);
    expect(coordinator.left).toHaveLength(2);
  });

  test('tells of a topic that does not exist', async () => {
    const { stderr } = await read('--topic', 'clocks', '--timeout-ms', '1000');
    expect(stderr).toContain('Topic "clocks" does not exist. It is created now if the brokers do');
    const property = ['--consumer-property', 'allow.auto.create.topics=false'];
    const careful = await read('--topic', 'clocks', '--timeout-ms', '1000', ...property);
    expect(careful.stderr).toContain('Topic "clocks" does not exist. It is waited for.');
  });

  test('commits nothing when it is told so', async () => {
    const property = ['--consumer-property', 'enable.auto.commit=false'];
    await read('--topic', 'clicks', '--max-messages', '4', ...property);
    expect(coordinator.offsets.size).toBe(0);
  });

  test.each([[['--group', 'g']], [['--consumer-property', 'group.id=g']]])(
    'not together with --partition: %j',
    async (group) => {
      const { code, stdout, stderr } = await ranCommand(
        consoleConsumer,
        args(...group, '--topic', 'clicks', '--partition', '0'),
      );
      expect(stderr).toContain('Options group and partition cannot be specified together.');
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    },
  );
});

test('kafka-verifiable-consumer --group-id', async () => {
  const { code, stdout } = await ranCommand(
    verifiableConsumer,
    args('--topic', 'clicks', '--group-id', 'g', '--max-messages', '4'),
  );
  expect(code).toBe(0);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; partitions?: unknown });
  const names = events.map(({ name }) => name);
  expect(names.slice(0, 4)).toEqual([
    ...['startup_complete', 'partitions_assigned', 'records_consumed', 'offsets_committed'],
  ]);
  expect(names.slice(-2)).toEqual(['partitions_revoked', 'shutdown_complete']);
  expect(events[1].partitions).toEqual([clicks, { topic: 'clicks', partition: 1 }]);
  expect(committed()).toBe(3);
});

test('kafka-consumer-perf-test --group', async () => {
  const { code, stdout, stderr } = await ranCommand(
    perfTest,
    args('--topic', 'clicks', '--group', 'g', '--messages', '4', '--hide-header'),
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split(', ')[4]).toBe('4');
  expect(coordinator.left).toHaveLength(1);
});
