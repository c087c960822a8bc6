import { parseDeleteRecordsFile } from './delete-records-file';
import { parseOffsetTime } from './offset-time';
import {
  topicAndPartitionsFilter,
  topicPartitionsFilter,
  type PartitionFilter,
} from './partition-filter';

/** Which of partitions 0 to 5 of a, b and ab are meant. */
function meant(filter: PartitionFilter): string[] {
  const topics = ['a', 'b', 'ab'].filter((topic) => filter.topic(topic));
  return topics.flatMap((topic) =>
    [0, 1, 2, 3, 4, 5].filter((n) => filter.partition(topic, n)).map((n) => `${topic}-${n}`),
  );
}

describe('--topic-partitions', () => {
  test.each([
    ['a:1', ['a-1']],
    ['a:1-3', ['a-1', 'a-2']],
    ['a:4-', ['a-4', 'a-5']],
    ['a:-2', ['a-0', 'a-1']],
    ['a.*:0', ['a-0', 'ab-0']],
    [':5', ['a-5', 'b-5', 'ab-5']],
    ['a:0,b:1', ['a-0', 'b-1']],
    ['a:0-2,a:5', ['a-0', 'a-1', 'a-5']],
    ['c', []],
  ])('%s', (patterns, partitions) =>
    expect(meant(topicPartitionsFilter(patterns))).toEqual(partitions),
  );

  test('a topic alone means all its partitions', () => {
    expect(meant(topicPartitionsFilter('b'))).toHaveLength(6);
    expect(meant(topicPartitionsFilter(''))).toHaveLength(18);
  });

  test.each(['a:x', 'a:1-2-3', 'a:1:2'])('%s is refused', (patterns) =>
    expect(() => topicPartitionsFilter(patterns)).toThrow('Invalid rule specification'),
  );
});

describe('--topic and --partitions', () => {
  test('both narrow down', () => {
    expect(meant(topicAndPartitionsFilter('a', '0,2'))).toEqual(['a-0', 'a-2']);
    expect(meant(topicAndPartitionsFilter('a.*'))).toHaveLength(12);
    expect(meant(topicAndPartitionsFilter(undefined, '3'))).toEqual(['a-3', 'b-3', 'ab-3']);
  });

  test('partitions are numbers', () =>
    expect(() => topicAndPartitionsFilter('a', '1,x')).toThrow('but received: 1,x.'));
});

describe('--time', () => {
  test.each([
    ['latest', -1],
    ['-1', -1],
    ['earliest', -2],
    ['-2', -2],
    ['max-timestamp', -3],
    ['-3', -3],
    ['-4', -2],
    ['1700000000000', 1_700_000_000_000],
    ['0', 0],
  ])('%s', (text, timestamp) => expect(parseOffsetTime(text)).toBe(timestamp));

  test.each([
    ['-5', 'no tiered storage'],
    ['yesterday', 'Malformed time argument yesterday.'],
    ['-6', 'Malformed time argument -6.'],
  ])('%s is refused', (text, message) => expect(() => parseOffsetTime(text)).toThrow(message));
});

describe('the file of kafka-delete-records', () => {
  test('lists partitions and offsets', () => {
    const text =
      '{"partitions":[{"topic":"t","partition":0,"offset":5},' +
      '{"topic":"t","partition":1,"offset":-1}]}';
    expect(parseDeleteRecordsFile(text)).toEqual([
      { topic: 't', partition: 0, offset: 5 },
      { topic: 't', partition: 1, offset: -1 },
    ]);
  });

  const entry = '{"topic":"t","partition":0,"offset":5}';
  test.each([
    ['nonsense', 'not a valid JSON'],
    ['[]', 'no JSON object'],
    ['{"version":1}', 'Missing partitions field.'],
    ['{"version":2,"partitions":[]}', 'Not supported version field value 2.'],
    ['{"partitions":[{"topic":"t","partition":0}]}', 'Entry 0 has not all of'],
    ['{"partitions":[{"topic":"t","partition":0,"offset":-2}]}', 'Entry 0 has not all of'],
    [`{"partitions":[${entry},${entry},${entry}]}`, 'duplicate topic partitions: t-0.'],
  ])('%s is refused', (text, message) =>
    expect(() => parseDeleteRecordsFile(text)).toThrow(message),
  );
});
