import { keyOf } from './line-key';
import { KeyPlaces } from './key-places';
import { Tally } from './tally';
import { partitionTable, verdict } from './verdict';
import { whatNext } from './what-next';

test.each([
  ['{"user":"ann","page":"/"}', 'ann'],
  ['{"user":7}', '7'],
  ['{"visitor":"ann"}', '{"visitor":"ann"}'],
  ['{broken json', '{broken'],
  ['10.0.0.1 - - [x] "GET /"', '10.0.0.1'],
  ['  indented line', 'indented'],
  ['', null],
  [' \t', null],
])('key of %j', (line, key) => expect(keyOf(Buffer.from(line))).toBe(key));

function tally(lines: readonly (readonly [string, number])[]): Tally {
  const counted = new Tally();
  for (const [line, partition] of lines) {
    counted.add(Buffer.from(line));
    counted.place(partition);
  }
  return counted;
}

function places(...seen: (readonly [string | null, number])[]): KeyPlaces {
  const keys = new KeyPlaces();
  for (const [key, partition] of seen) {
    keys.see(key === null ? null : Buffer.from(key), partition);
  }
  return keys;
}

describe('the verdict', () => {
  const sent = tally([
    ['a', 0],
    ['b', 1],
    ['c', 1],
  ]);
  const keys = places(['k', 0], ['l', 1], ['l', 1], [null, 0], [null, 1]);

  test('all is well, in whatever order it came', () => {
    const read = tally([
      ['c', 1],
      ['a', 0],
      ['b', 1],
    ]);
    expect(verdict(sent, read, keys, [0, 1])).toBe(
      '3 lines sent, 3 read back, every key in one partition',
    );
    expect(
      partitionTable(sent, read, keys, [
        { partition: 0, offset: 10 },
        { partition: 1, offset: 20 },
      ]),
    ).toMatch(/│ 1 +│ +2 │ +2 │ +1 │ +20 │/);
  });

  test.each([
    ['lines are missing', [['a', 0]], keys, '3 lines were sent, 1 were read back.'],
    [
      'a line is elsewhere',
      [
        ['a', 1],
        ['b', 1],
        ['c', 1],
      ],
      keys,
      'Partition 0 took 1 and gave 0.',
    ],
    [
      'a line is another one',
      [
        ['a', 0],
        ['b', 1],
        ['x', 1],
      ],
      keys,
      'not the same',
    ],
    [
      'a key wandered',
      [
        ['a', 0],
        ['b', 1],
        ['c', 1],
      ],
      places(['k', 0], ['k', 1]),
      '1 keys are in more than one partition.',
    ],
  ] as const)('%s', (_, lines, seen, message) =>
    expect(() => verdict(sent, tally(lines), seen, [0, 1])).toThrow(message),
  );
});

test('rates are per second', () => {
  const sent = new Tally();
  sent.lines = 1000;
  sent.bytes = 3 * 1024 * 1024;
  sent.ms = 500;
  expect(sent.rate).toBe('2000 records/s, 6.0 MB/s');
});

test('what to type next', () => {
  const facts = {
    bootstrapServer: 'h:1',
    zookeeperConnect: 'z:2',
    metrics: 'h:3',
    topic: 't',
    dataFolder: '/data',
    firstBroker: '/data/broker-1',
    stopArguments: '',
  };
  const text = whatNext(facts);
  expect(text).toContain('curl -s http://h:3/metrics');
  expect(whatNext({ ...facts, metrics: null })).not.toContain('metrics');
  expect(text).toContain('bin/kafka-topics.sh --bootstrap-server h:1 --list');
  expect(text).toContain('bin/zookeeper-shell.sh z:2 ls /brokers/topics');
  expect(text).toMatch(/stop all +npm stop$/m);
});
