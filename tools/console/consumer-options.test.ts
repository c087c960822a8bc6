import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  consumerSettings,
  formatterProperties,
  readPlan,
  type ConsoleConsumerOptions,
} from './consumer-options';
import { printOptions } from './print-options';

const folder = mkdtempSync(join(tmpdir(), 'console-consumer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const base: ConsoleConsumerOptions = { bootstrapServer: 'h:1', property: {}, consumerProperty: {} };

describe('what the console consumer reads', () => {
  test.each([
    [{ topic: 't' }, { topic: 't' }],
    [{ topic: 't', fromBeginning: true }, { topic: 't' }],
    [
      { topic: 't', partition: 1 },
      { topic: 't', partition: 1, offset: 'latest' },
    ],
    [
      { topic: 't', partition: 0, fromBeginning: true },
      { topic: 't', partition: 0, offset: 'earliest' },
    ],
    [
      { topic: 't', partition: 0, offset: '12' },
      { topic: 't', partition: 0, offset: 12 },
    ],
    [
      { topic: 't', partition: 0, offset: 'Earliest' },
      { topic: 't', partition: 0, offset: 'earliest' },
    ],
    [{ include: 'a|b' }, { include: /^(?:a|b)$/ }],
    [{ whitelist: 'a.*' }, { include: /^(?:a.*)$/ }],
  ])('%j', (options, plan) => expect(readPlan({ ...base, ...options })).toEqual(plan));

  test.each([
    [{}, 'Exactly one of --include/--topic is required.'],
    [{ topic: 't', include: 'u' }, 'Exactly one'],
    [{ include: 'u', partition: 0 }, 'The topic is required when partition is specified.'],
    [{ topic: 't', offset: '1' }, 'The partition is required when offset is specified.'],
    [{ topic: 't', partition: 0, offset: '-1' }, "The provided offset value '-1' is incorrect."],
    [
      { topic: 't', partition: 0, offset: '1', fromBeginning: true },
      'cannot be specified together',
    ],
    [{ include: '(' }, 'no regular expression'],
  ])('not %j', (options, message) =>
    expect(() => readPlan({ ...base, ...options })).toThrow(message),
  );
});

describe('options of the console consumer', () => {
  test('by default', () => {
    const { client, consumer } = consumerSettings(base);
    expect(client).toEqual({ brokers: ['h:1'], clientId: 'console-consumer' });
    expect(consumer).toEqual({ autoOffsetReset: 'latest' });
  });

  test('flag before property', () => {
    const { consumer } = consumerSettings({
      ...base,
      fromBeginning: true,
      isolationLevel: 'read_committed',
      consumerProperty: { 'isolation.level': 'read_uncommitted' },
    });
    expect(consumer).toEqual({ autoOffsetReset: 'earliest', isolationLevel: 'read_committed' });
  });

  test.each([
    [{ group: 'g' }],
    [{ consumerProperty: { 'group.id': 'g' } }],
    [{ group: 'g', consumerProperty: { 'group.id': 'g' } }],
  ])('the group of %j', (options) =>
    expect(consumerSettings({ ...base, ...options }).consumer).toEqual({
      autoOffsetReset: 'latest',
      groupId: 'g',
    }),
  );

  test('without a group nothing is committed', () => {
    const consumerProperty = { 'enable.auto.commit': 'true' };
    const { consumer } = consumerSettings({ ...base, consumerProperty });
    expect(consumer).toEqual({ autoOffsetReset: 'latest' });
  });

  test.each([
    [{ bootstrapServer: undefined }, '--bootstrap-server must be specified.'],
    [
      { group: 'g', consumerProperty: { 'group.id': 'h' } },
      "do not match. Detected group ids: 'g', 'h'.",
    ],
    [
      { fromBeginning: true, consumerProperty: { 'auto.offset.reset': 'latest' } },
      "Can't simultaneously specify --from-beginning",
    ],
  ])('not %j', (options, message) =>
    expect(() => consumerSettings({ ...base, ...options })).toThrow(message),
  );
});

test('options of the formatter: property before file, separators with their blanks', () => {
  const formatterConfig = join(folder, 'formatter.properties');
  const integer = 'value.deserializer=IntegerDeserializer ';
  writeFileSync(
    formatterConfig,
    `print.key=true \nkey.separator=\\ \nnull.literal=-\n${integer}\n`,
  );
  const properties = formatterProperties({
    ...base,
    formatterConfig,
    property: { 'null.literal': '∅' },
  });
  const { print, keySeparator, nullLiteral, deserialize } = printOptions(properties);
  expect(print.key).toBe(true);
  expect(keySeparator).toBe(' ');
  expect(nullLiteral).toBe('∅');
  expect(String(deserialize.value(Buffer.from([0, 0, 0, 7])))).toBe('7');
});
