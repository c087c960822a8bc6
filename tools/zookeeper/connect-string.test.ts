import { UsageError } from '../cli/usage-error';
import { serversOf } from './connect-string';
import { parseServerStatus } from './four-letter-word';

test('the servers of a connect string', () => {
  expect(serversOf('a:1,[::1]/kafka')).toEqual([
    { host: 'a', port: 1 },
    { host: '::1', port: 2181 },
  ]);
});

test('a malformed one is a usage error', () => {
  expect(() => serversOf('a:b')).toThrow(UsageError);
});

test.each([
  [
    'Zookeeper version: 3.8.0--1, built on 2023-01-01\nLatency min/avg/max: 0/0/0\nMode: standalone\n',
    { version: '3.8.0', mode: 'standalone' },
  ],
  ['This ZooKeeper instance is not currently serving requests\n', { version: '', mode: null }],
  ['HTTP/1.1 400 Bad Request', null],
  ['', null],
])('answer to srvr: %j', (answer, status) => expect(parseServerStatus(answer)).toEqual(status));
