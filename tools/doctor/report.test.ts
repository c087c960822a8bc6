import { colours } from '../cli/colours';
import { recordingStream, ranCommand } from '../cli/testing';
import { definition } from '../kafka-doctor';
import { checks } from './check-table';
import type { Found } from './check';
import type { Diagnosis } from './examine';
import { says } from './finding';
import { renderReport } from './report';
import { jsonReport } from './report-json';
import { healthySnapshot } from './testing/healthy-snapshot';

const plain = colours(recordingStream(), {});
const check = (code: string) => checks.find((one) => one.code === code)!;

function found(code: string, subject: string, more: Partial<Found> = {}): Found {
  const values = [says('/here', 'leader 1'), says('broker 2', 'leader 3')];
  return { check: check(code), subject, says: values, ...more };
}

function diagnosis(...findings: Found[]): Diagnosis {
  return { snapshot: healthySnapshot(), findings, passed: [], checked: 66 };
}

describe('for people', () => {
  test('a healthy cluster is one line', () => {
    expect(renderReport(diagnosis(), plain)).toBe(
      'No disagreements among 3 brokers, 1 topic, 3 partitions, 3 log directories (66 checks).',
    );
    const undisked = { ...diagnosis(), snapshot: { ...healthySnapshot(), disks: [] } };
    expect(renderReport(undisked, plain)).toMatch(/ 1 topic, 3 partitions \(66 checks\)\.$/);
  });

  test('disagreements are grouped by layer and by kind, with both values and what to do', () => {
    const text = renderReport(
      diagnosis(
        found('UNDER_REPLICATED', 'a-0', { remedy: 'Start broker 3.' }),
        found('METADATA_LEADER_DIFFERS', 'a-0 at broker 2'),
        found('UNDER_REPLICATED', 'a-1'),
      ),
      plain,
    );
    expect(text.split('\n')).toEqual([
      'Partitions in ZooKeeper',
      '',
      'WARNING  UNDER_REPLICATED  A partition is assigned to more brokers than are in sync.',
      '  about  source    says',
      '  a-0    /here     leader 1',
      '         broker 2  leader 3',
      '  a-1    /here     leader 1',
      '         broker 2  leader 3',
      '  → a-0: Start broker 3.',
      `  → a-1: ${check('UNDER_REPLICATED').remedy}`,
      '  Normal for a moment when a broker has just started and is catching up.',
      '',
      'What brokers tell clients',
      '',
      expect.stringMatching(/^ERROR {2}METADATA_LEADER_DIFFERS {2}/),
      '  about            source    says',
      '  a-0 at broker 2  /here     leader 1',
      '                   broker 2  leader 3',
      expect.stringMatching(/^ {2}→ It has missed an election/),
      expect.stringMatching(/^ {2}Normal for a moment when /),
      '',
      '3 disagreements (1 error, 2 warnings) among 3 brokers, 1 topic, 3 partitions, 3 log directories (66 checks).',
    ]);
  });

  test('of very many only some', () => {
    const many = Array.from({ length: 25 }, (_, i) => found('UNDER_REPLICATED', `a-${i}`));
    const text = renderReport(diagnosis(...many), plain);
    expect(text).toContain('a-19');
    expect(text).not.toContain('a-20');
    expect(text).toContain('  and 5 more; --json has them all');
    expect(text).toContain('25 disagreements (25 warnings)');
  });

  test('what has passed is mentioned', () => {
    const text = renderReport({ ...diagnosis(), passed: [found('NO_LEADER', 'a-0')] }, plain);
    expect(text).toMatch(/^1 disagreement was gone at a later look \(NO_LEADER\): .*\n\nNo dis/);
  });

  test('colours on a terminal only', () => {
    const text = renderReport(diagnosis(), colours(recordingStream(true), {}));
    expect(text).toContain('\u001b[32m');
    expect(renderReport(diagnosis(), plain)).not.toContain('\u001b');
  });
});

test('for programs', () => {
  const one = found('UNDER_REPLICATED', 'a-0', { topic: 'a', remedy: 'Start broker 3.' });
  expect(jsonReport(diagnosis(one))).toEqual({
    clusterId: healthySnapshot().zookeeper.clusterId,
    ...{ brokers: 3, topics: 1, partitions: 3, logDirs: 3, checks: 66 },
    findings: [
      {
        ...{ code: 'UNDER_REPLICATED', severity: 'warning', layer: 'partitions' },
        ...{ subject: 'a-0', topic: 'a', says: one.says, advice: 'Start broker 3.' },
        meaning: check('UNDER_REPLICATED').meaning,
      },
    ],
    passed: [],
  });
});

describe('the command line', () => {
  const doctor = (...args: string[]) => ranCommand(definition, args);

  test('lists the checks, without a cluster', async () => {
    const text = await doctor('--list-checks');
    expect(text).toMatchObject({ code: 0, stderr: '' });
    for (const { code } of checks) expect(text.stdout).toContain(`  ${code} `);
    expect(text.stdout).toMatch(/\n66 checks\.\n$/);
    const json = JSON.parse((await doctor('--list-checks', '--json')).stdout) as unknown[];
    expect(json).toHaveLength(checks.length);
    expect(json[0]).toMatchObject({
      code: 'NO_BROKERS',
      severity: 'error',
      layer: expect.any(String),
    });
  });

  test('explains itself with examples', async () => {
    const help = await doctor('--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('Examples:');
  });

  const zookeeper = ['--zookeeper', 'localhost:2181'];
  test.each([
    [[], '--zookeeper must be specified.'],
    [[...zookeeper, '--bootstrap-server', 'localhost'], '"localhost" is not the address'],
    [[...zookeeper, '--log-dirs', '/data'], '"/data" is no log directory.'],
    [[...zookeeper, '--settle-ms', 'soon'], 'Give a whole number'],
    [[...zookeeper, '--topic', '('], '"(" is an invalid regex.'],
    [['--nonsense'], "unknown option '--nonsense'"],
    [['--zookeeper', 'a:b'], 'a:b'],
  ])('refuses %j', async (args, message) => {
    const ran = await doctor(...args);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(message);
  });

  test('says at once that nobody serves', async () => {
    const ran = await doctor('--zookeeper', '127.0.0.1:1');
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain('ZOOKEEPER_NOT_FOUND');
  });
});
