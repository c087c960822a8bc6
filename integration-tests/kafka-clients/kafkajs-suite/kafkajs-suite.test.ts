import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adaptSuite } from './adapt-suite';
import { notApplicable } from './not-applicable';
import { readConnections, readResults } from './suite-results';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kafkajs-suite-test-'));
  for (const folder of ['testHelpers', 'scripts']) await mkdir(join(directory, folder));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const helpers = () => join(directory, 'testHelpers', 'index.js');

test('the suite is pointed at other ports, and at our kafka-topics', async () => {
  await writeFile(helpers(), 'a:9092 b:9095 c:9098 d:19092 e:9093 again 9092');
  adaptSuite(directory, [1, 2, 3]);
  expect(await readFile(helpers(), 'utf8')).toBe('a:1 b:2 c:3 d:19092 e:9093 again 1');
  const script = await readFile(join(directory, 'scripts', 'addPartitions.sh'), 'utf8');
  expect(script).toContain('kafka-topics.js" --bootstrap-server localhost:1 --alter');
});

test('a suite that is made otherwise is not run half adapted', async () => {
  await writeFile(helpers(), 'a:9092 b:9095');
  expect(() => adaptSuite(directory, [1, 2, 3])).toThrow('do not speak of port 9098');
});

test.each([
  ['src/admin/__tests__/createAcls.spec.js', 'Admin createAcls', 'ACLs'],
  ['src/consumer/__tests__/connection.spec.js', 'Consumer support SSL connections', 'security'],
  ['src/broker/__tests__/endTxn.spec.js', 'Broker > EndTxn', 'transactions'],
  ['src/producer/index.spec.js', 'Producer transactions commit', 'transactions'],
  ['src/producer/index.spec.js', 'Producer sends', undefined],
  [
    'src/consumer/__tests__/consumeMessages.spec.js',
    'Consumer transactions accepts messages from an idempotent producer',
    undefined,
  ],
  ['src/producer/eosManager/index.spec.js', 'committing a transaction', undefined],
  ['src/broker/saslAuthenticator/plain.spec.js', 'SASL PLAIN', undefined],
])('%s: %s needs %s', (file, title, why) => {
  expect(notApplicable(file, title)).toBe(why);
});

test('the results of a folder', () => {
  const one = (fullName: string, status: 'passed' | 'failed' | 'pending') => ({
    ...{
      fullName,
      status,
      failureMessages: status === 'failed' ? ['\u001B[2mno\u001B[22m\nat'] : [],
    },
  });
  const testResults = [
    {
      name: '/suite/src/admin/a.spec.js',
      message: '',
      assertionResults: [
        one('A works', 'passed'),
        one('A fails', 'failed'),
        one('A', 'pending'),
        one('B', 'passed'),
      ],
    },
    {
      name: '/suite/src/admin/__tests__/createAcls.spec.js',
      message: '',
      assertionResults: [one('ACLs', 'failed'), one('more', 'failed')],
    },
    {
      name: '/suite/src/admin/broken.spec.js',
      message: 'cannot be read',
      assertionResults: [],
    },
  ];
  const connections = readConnections(
    ['A works', 'A works', 'A fails']
      .map((currentTestName) => ({ testPath: '/suite/src/admin/a.spec.js', currentTestName }))
      .map((note) => `${JSON.stringify(note)}\n`)
      .join(''),
  );
  expect(readResults('admin', { testResults }, connections, '/suite')).toEqual({
    folder: 'admin',
    passed: 2,
    live: 1,
    failed: [
      { file: 'src/admin/a.spec.js', title: 'A fails', message: 'no', reason: null },
      { file: 'src/admin/broken.spec.js', title: '', message: 'cannot be read', reason: null },
    ],
    notApplicable: { ACLs: 2 },
    skipped: 1,
  });
});
