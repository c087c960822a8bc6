import { KafkaClassicError } from '../../client/runtime/error';
import type { CommandDefinition } from './command';
import { keyValueOption } from './key-value-option';
import { projectVersion } from './project-root';
import { ranCommand } from './testing';
import { UsageError } from './usage-error';

interface Options {
  daemon?: boolean;
  config: Record<string, string>;
}

function tool(run: CommandDefinition<Options>['run']): CommandDefinition<Options> {
  return {
    name: 'kafka-sample',
    summary: 'Shows what every tool does.',
    examples: [{ line: 'kafka-sample -daemon file', does: 'run in the background' }],
    singleDash: ['daemon'],
    configure: (command) => {
      command
        .argument('[file]')
        .option('--daemon', 'in the background')
        .addOption(keyValueOption('--config <key=value>', 'a setting'));
    },
    run,
  };
}

const echo = tool(async ({ options, args, print }) => {
  print(JSON.stringify({ daemon: options.daemon ?? false, config: options.config, args }));
});
const failing = (error: unknown) => tool(() => Promise.reject(error));

describe('a command', () => {
  test('takes long options, single-dash ones of Kafka and repeated key=value', async () => {
    const ran = await ranCommand(echo, ['-daemon', 'f', '--config', 'a=1', '--config=b=x=y']);
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual({
      daemon: true,
      config: { a: '1', b: 'x=y' },
      args: ['f'],
    });
  });

  test('leaves words after -- alone', async () => {
    const ran = await ranCommand(echo, ['--', '-daemon']);
    expect(JSON.parse(ran.stdout)).toEqual({ daemon: false, config: {}, args: ['-daemon'] });
  });

  test('prints help with its examples on stdout', async () => {
    const ran = await ranCommand(echo, ['--help']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('Usage: kafka-sample [options] [file]');
    expect(ran.stdout).toContain(
      'Examples:\n  # run in the background\n  kafka-sample -daemon file\n',
    );
  });

  test('prints the version of the package', async () => {
    expect(await ranCommand(echo, ['--version'])).toEqual({
      code: 0,
      stdout: projectVersion() + '\n',
      stderr: '',
    });
  });

  test.each([
    [['--nonsense'], "unknown option '--nonsense'"],
    [['--zookeeper', 'localhost:2181'], 'Tools ask brokers, as since Apache Kafka 3.0'],
    [['a', 'b'], 'too many arguments'],
    [['--config', 'a'], 'Write it as key=value, not "a".'],
  ])('ends with 2 for a wrong command line: %j', async (argv, message) => {
    const ran = await ranCommand(echo, argv);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^Error: /);
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toContain('See kafka-sample --help.');
  });

  test('ends with 2 when it finds the usage wrong itself', async () => {
    const ran = await ranCommand(failing(new UsageError('Give --topic.')), []);
    expect(ran).toEqual({
      code: 2,
      stdout: '',
      stderr: 'Error: Give --topic. See --help.\n',
    });
  });

  test('reports a failure as one line with advice, and ends with 1', async () => {
    const cause = new Error('connect ECONNREFUSED');
    const error = new KafkaClassicError('No broker answers.', {
      code: 'NO_BROKER',
      retriable: true,
      advice: 'Start one.',
      cause,
    });
    const short = await ranCommand(failing(error), []);
    expect(short).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Error: NO_BROKER: No broker answers. Start one.\n',
    });
    for (const ran of [
      await ranCommand(failing(error), ['--verbose']),
      await ranCommand(failing(error), [], { env: { DEBUG: '1' } }),
    ]) {
      expect(ran.stderr).toContain('command.test');
      expect(ran.stderr).toContain('Caused by: Error: connect ECONNREFUSED');
    }
  });

  test('takes a broken pipe for a reader that has seen enough', async () => {
    const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    expect(await ranCommand(failing(broken), [])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('ends with the code its run returns', async () => {
    expect(
      (
        await ranCommand(
          tool(async () => 1),
          [],
        )
      ).code,
    ).toBe(1);
  });
});
