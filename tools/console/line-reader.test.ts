import { LineReader } from './line-reader';
import { lineReaderOptions } from './line-reader-options';

function read(properties: Record<string, string>, line: string): unknown {
  const { key, value, headers } = new LineReader(lineReaderOptions(properties)).read(
    Buffer.from(line),
  );
  return {
    ...(key === undefined ? {} : { key: key?.toString() ?? null }),
    value: value?.toString() ?? null,
    ...(headers ? { headers: headers.map((h) => [h.key, h.value?.toString() ?? null]) } : {}),
  };
}

const withKey = { 'parse.key': 'true' };
const withHeaders = { 'parse.headers': 'true' };
const withBoth = { ...withKey, ...withHeaders };

describe('a line becomes a record', () => {
  test.each([
    [{}, 'a\tb', { value: 'a\tb' }],
    [{}, '', { value: '' }],
    [withKey, 'k\tv\tw', { key: 'k', value: 'v\tw' }],
    [withKey, '\t', { key: '', value: '' }],
    [{ ...withKey, 'key.separator': '::' }, 'k::v', { key: 'k', value: 'v' }],
    [{ ...withKey, 'key.separator': ' ' }, 'k v', { key: 'k', value: 'v' }],
    [{ ...withKey, 'key.separator': '→' }, 'ä→ö', { key: 'ä', value: 'ö' }],
    [{ ...withKey, 'ignore.error': 'true' }, 'v', { key: null, value: 'v' }],
    [
      withHeaders,
      'a:1,b:2:3\tv',
      {
        key: null,
        value: 'v',
        headers: [
          ['a', '1'],
          ['b', '2:3'],
        ],
      },
    ],
    [withBoth, 'a:1\tk\tv', { key: 'k', value: 'v', headers: [['a', '1']] }],
    [
      {
        ...withBoth,
        'headers.delimiter': '|',
        'headers.separator': ';',
        'headers.key.separator': '=',
      },
      'a=1;b=|k\tv',
      {
        key: 'k',
        value: 'v',
        headers: [
          ['a', '1'],
          ['b', ''],
        ],
      },
    ],
    [
      { ...withBoth, 'null.marker': 'NULL' },
      'a:NULL\tNULL\tNULL',
      { key: null, value: null, headers: [['a', null]] },
    ],
    [{ ...withBoth, 'null.marker': 'NULL' }, 'NULL\tk\tv', { key: 'k', value: 'v' }],
    [{ 'null.marker': '' }, '', { value: null }],
    [
      { ...withHeaders, 'ignore.error': 'true' },
      'a,b:1\tv',
      {
        key: null,
        value: 'v',
        headers: [
          ['a', null],
          ['b', '1'],
        ],
      },
    ],
  ])('%j %j', (properties, line, record) => expect(read(properties, line)).toEqual(record));

  test.each([
    [withKey, 'v', "No key separator found on line number 1: 'v'"],
    [withHeaders, 'v', "No headers delimiter found on line number 1: 'v'"],
    [withHeaders, 'a\tv', "No header key separator found in pair 'a' on line number 1"],
    [{ ...withHeaders, 'null.marker': 'N' }, 'N:1\tv', "null marker 'N'"],
  ])('or an error: %j %j', (properties, line, message) =>
    expect(() => read(properties, line)).toThrow(message),
  );
});

test.each([
  [{ 'parse.keys': 'true' }, 'no property "parse.keys"'],
  [{ 'key.separator': '' }, 'key.separator is empty'],
  [{ 'headers.delimiter': ',' }, 'headers.delimiter and headers.separator may not be equal'],
  [{ 'null.marker': '\t' }, 'null.marker and key.separator may not be equal'],
])('properties that make no sense: %j', (properties, message) =>
  expect(() => lineReaderOptions(properties as Record<string, string>)).toThrow(message),
);
