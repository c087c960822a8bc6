import {
  encodeOffsetKey,
  encodeOffsetValue,
} from '../../broker/coordinator/group/offsets-topic/offset-records';
import { chooseFormatter } from './choose-formatter';
import { javaDouble, javaFloat } from './java-number';
import { OutputBuffer } from './output-buffer';
import type { PrintableRecord } from './record-formatter';

const record: PrintableRecord = {
  partition: 0,
  offset: 123,
  timestamp: 1700,
  timestampType: 'CreateTime',
  key: Buffer.from('key'),
  value: Buffer.from('välue'),
  headers: [
    { key: 'h1', value: Buffer.from('v1') },
    { key: 'h2', value: null },
  ],
};

function printed(
  properties: Record<string, string>,
  of: Partial<PrintableRecord> = {},
  formatter?: string,
): { text: string; notes: string[] } {
  const notes: string[] = [];
  const output = new OutputBuffer();
  chooseFormatter(formatter, properties, (line) => notes.push(line)).write(
    { ...record, ...of },
    output,
  );
  return { text: output.take().toString(), notes };
}

const all = {
  'print.timestamp': 'true',
  'print.partition': 'TRUE',
  'print.offset': 'true',
  'print.headers': 'true',
  'print.key': 'true',
};
const bytes = (hex: string): Partial<PrintableRecord> => ({ value: Buffer.from(hex, 'hex') });
const valueAs = (name: string): Record<string, string> => ({
  'value.deserializer': `org.apache.kafka.common.serialization.${name}Deserializer`,
});

describe('a record is printed', () => {
  test.each([
    [{}, {}, 'välue\n'],
    [{ 'print.key': 'true' }, {}, 'key\tvälue\n'],
    [all, {}, 'CreateTime:1700\tPartition:0\tOffset:123\th1:v1,h2:null\tkey\tvälue\n'],
    [
      { ...all, 'print.value': 'false', 'key.separator': '<sep>', 'line.separator': '<end>' },
      {},
      'CreateTime:1700<sep>Partition:0<sep>Offset:123<sep>h1:v1,h2:null<sep>key<end>',
    ],
    [
      { 'print.headers': 'true', 'headers.separator': '|', 'null.literal': '∅' },
      { value: null },
      'h1:v1|h2:∅\t∅\n',
    ],
    [
      { ...all, 'print.key': 'false' },
      { headers: [], timestamp: -1 },
      'NO_TIMESTAMP\tPartition:0\tOffset:123\tNO_HEADERS\tvälue\n',
    ],
    [
      { 'print.timestamp': 'true' },
      { timestampType: 'LogAppendTime' },
      'LogAppendTime:1700\tvälue\n',
    ],
    [{ 'print.value': 'false' }, {}, ''],
    [valueAs('Long'), bytes('ffffffffffffffff'), '-1\n'],
    [valueAs('Long'), bytes('7fffffffffffffff'), '9223372036854775807\n'],
    [valueAs('Integer'), bytes('0000002a'), '42\n'],
    [valueAs('Double'), bytes('3ff0000000000000'), '1.0\n'],
    [valueAs('ByteArray'), {}, 'välue\n'],
    [valueAs('Long'), { value: null }, 'null\n'],
    [{ 'value.deserializer': 'IntegerDeserializer' }, bytes('00000001'), '1\n'],
  ] as const)('%j', (properties, of, text) => {
    expect(printed(properties as Record<string, string>, of as object).text).toBe(text);
  });

  test('and logged', () => {
    const logging = 'org.apache.kafka.tools.consumer.LoggingMessageFormatter';
    expect(printed({}, {}, logging)).toEqual({
      text: 'välue\n',
      notes: ['CreateTime:1700, key:key, value:välue'],
    });
  });

  test('or not at all', () => {
    const { text, notes } = printed({}, {}, 'kafka.tools.NoOpMessageFormatter');
    expect(text).toBe('');
    expect(notes).toEqual([expect.stringContaining('deprecated')]);
  });

  describe('as what groups have committed', () => {
    const current = 'org.apache.kafka.tools.consumer.OffsetsMessageFormatter';
    const old = 'kafka.coordinator.group.GroupMetadataManager$OffsetsMessageFormatter';
    const key = encodeOffsetKey({ groupId: 'g', topic: 't', partition: 2 });
    const committed = { offset: 5, leaderEpoch: 1, metadata: 'm', commitTimestamp: 1700 };
    const value = encodeOffsetValue({ ...committed, expireTimestamp: null });
    const expiring = encodeOffsetValue({ ...committed, expireTimestamp: 1800 });

    test('in JSON', () => {
      expect(JSON.parse(printed({}, { key, value }, current).text)).toEqual({
        key: { version: 1, data: { group: 'g', topic: 't', partition: 2 } },
        value: { version: 3, data: committed },
      });
      expect(printed({}, { key, value: expiring }, current).text).toMatch(
        /"value":{"version":1,"data":{"offset":5,"metadata":"m",.*"expireTimestamp":1800}}}\n$/,
      );
      expect(printed({}, { key, value: null }, current).text).toMatch(/"value":null}\n$/);
    });

    test('as it was before Kafka 3.9', () => {
      const { text, notes } = printed({}, { key, value }, old);
      expect(notes).toEqual([expect.stringContaining(`Please use ${current} instead`)]);
      expect(text).toBe(
        '[g,t,2]::OffsetAndMetadata(offset=5, leaderEpoch=Optional[1], metadata=m, ' +
          'commitTimestamp=1700, expireTimestamp=None)\n',
      );
      expect(printed({}, { key, value: expiring }, old).text).toContain(
        'leaderEpoch=Optional.empty, metadata=m, commitTimestamp=1700, expireTimestamp=Some(1800))',
      );
      expect(printed({}, { key, value: null }, old).text).toBe('[g,t,2]::NULL\n');
    });

    test('nothing of other records, and an error for damaged ones', () => {
      expect(printed({}, { key: Buffer.from([0, 2, 0, 0]), value }, current).text).toBe('');
      expect(printed({}, { key: null, value }, current).text).toBe('');
      expect(() => printed({}, { key: key.subarray(0, 8), value }, current)).toThrow(
        'The record is not one of __consumer_offsets.',
      );
    });
  });

  test.each([
    [valueAs('Long'), bytes('00'), undefined, '1 bytes are no Long, which has 8.'],
    [valueAs('Lon'), {}, undefined, 'There is no deserializer'],
    [{ 'print.keys': 'true' }, {}, undefined, 'no property "print.keys"'],
    [{}, {}, 'my.Formatter', 'There is no formatter my.Formatter.'],
  ])('not with %j', (properties, of, formatter, message) =>
    expect(() => printed(properties as Record<string, string>, of, formatter)).toThrow(message),
  );
});

test.each([
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [-1.5, '-1.5'],
  [0.001, '0.001'],
  [0.0001, '1.0E-4'],
  [1e7, '1.0E7'],
  [123456.789, '123456.789'],
  [1.25e300, '1.25E300'],
  [NaN, 'NaN'],
  [-Infinity, '-Infinity'],
])('a double as Java writes it: %p', (value, text) => expect(javaDouble(value)).toBe(text));

test.each([
  [Math.fround(0.1), '0.1'],
  [16777216, '1.6777216E7'],
  [Math.fround(3.14159), '3.14159'],
])('a float as Java writes it: %p', (value, text) => expect(javaFloat(value)).toBe(text));
