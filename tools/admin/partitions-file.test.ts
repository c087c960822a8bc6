import { parsePartitionsFile, readPartitionsFile } from './partitions-file';

test('names partitions', () => {
  const text = '{"partitions":[{"topic":"a","partition":1},{"topic":"b","partition":0}]}';
  expect(parsePartitionsFile(text)).toEqual([
    { topic: 'a', partition: 1 },
    { topic: 'b', partition: 0 },
  ]);
});

test.each([
  ['nonsense', 'not valid JSON'],
  ['null', 'no "partitions"'],
  ['{"partitions":[{"topic":"a"}]}', 'Entry 0'],
  ['{"partitions":[{"topic":"a","partition":0.5}]}', 'Entry 0'],
  ['{"partitions":[{"topic":"a","partition":0},{"topic":"a","partition":0}]}', 'twice: a-0'],
])('%s is refused', (text, message) => expect(() => parsePartitionsFile(text)).toThrow(message));

test('a file that is not there is refused', () =>
  expect(() => readPartitionsFile('/nowhere/some.json')).toThrow(
    expect.objectContaining({
      code: 'FILE_UNREADABLE',
      message: 'Cannot read /nowhere/some.json: it does not exist.',
      advice: 'Check the path; a relative path starts at the current directory.',
    }),
  ));
