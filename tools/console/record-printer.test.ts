import { ConsumerBatch, ConsumerRecord, UnreadableRecordsError } from '../../client/consumer';
import { RecordingStream } from '../cli/testing';
import { chooseFormatter } from './choose-formatter';
import { RecordPrinter, type RecordPrinterOptions } from './record-printer';

const at = { topic: 't', partition: 0 };

function batch(firstOffset: number, ...values: string[]): ConsumerBatch {
  const records = values.map(
    (value, index) =>
      new ConsumerRecord('t', 0, 0, {
        offset: firstOffset + index,
        timestamp: 1,
        timestampType: 'CreateTime',
        key: null,
        value: Buffer.from(value),
        headers: [],
      }),
  );
  return new ConsumerBatch('t', 0, records, firstOffset + values.length, 100);
}

function printing(
  polls: (ConsumerBatch[] | Error)[],
  options: Partial<RecordPrinterOptions> = {},
  properties: Record<string, string> = {},
) {
  const stdout = new RecordingStream();
  const notes: string[] = [];
  const sought: unknown[] = [];
  const consumer = {
    poll: (): Promise<ConsumerBatch[]> => {
      const next = polls.shift() ?? [];
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
    seek: (position: object) => sought.push(position),
  };
  const printer = new RecordPrinter(consumer, {
    formatter: chooseFormatter(undefined, properties, () => {}),
    stdout,
    skipOnError: false,
    signal: new AbortController().signal,
    note: (line) => notes.push(line),
    ...options,
  });
  return { printer, stdout, notes, sought };
}

describe('records are printed', () => {
  test('until nothing comes for too long', async () => {
    const { printer, stdout } = printing([[batch(0, 'a', 'b')], [batch(2, 'c')]]);
    expect(await printer.run()).toBe('timeout');
    expect(stdout.text).toBe('a\nb\nc\n');
    expect(printer.count).toBe(3);
  });

  test('up to a number, also in the middle of a batch', async () => {
    const { printer, stdout } = printing([[batch(0, 'a', 'b', 'c')]], { maxMessages: 2 });
    expect(await printer.run()).toBe('max-messages');
    expect(stdout.text).toBe('a\nb\n');
    expect(printer.count).toBe(2);
  });

  test('and it is known how far, in each partition of the last poll', async () => {
    const { printer } = printing([[batch(0, 'a', 'b')], [batch(2, 'c', 'd'), batch(4, 'e')]], {
      maxMessages: 3,
    });
    await printer.run();
    expect(printer.places).toEqual([{ ...at, offset: 3 }]);
    const all = printing([[batch(0, 'a', 'b')]]);
    await all.printer.run();
    expect(all.printer.places).toEqual([{ ...at, offset: 2 }]);
  });

  test('until it is stopped', async () => {
    const signal = AbortSignal.abort();
    const { printer, stdout } = printing([[batch(0, 'a')]], { signal });
    expect(await printer.run()).toBe('stopped');
    expect(stdout.text).toBe('');
  });

  const asInteger = { 'value.deserializer': 'IntegerDeserializer' };

  test('or not, when they cannot be', async () => {
    const { printer } = printing([[batch(0, 'no')]], {}, asInteger);
    await expect(printer.run()).rejects.toThrow('2 bytes are no Integer');
  });

  test('and passed over where that is wanted', async () => {
    const polls = [[batch(0, '\0\0\0*', 'no', '\0\0\0+')]];
    const { printer, stdout, notes } = printing(polls, { skipOnError: true }, asInteger);
    await printer.run();
    expect(stdout.text).toBe('42\n43\n');
    expect(printer.count).toBe(3);
    expect(notes).toEqual([expect.stringContaining('Error processing message, skipping')]);
  });

  test('and damage is passed over as well', async () => {
    const damage = new UnreadableRecordsError(at, 5, 9, new Error('wrong checksum'));
    const { printer, stdout, sought } = printing([damage, [batch(9, 'a')]], { skipOnError: true });
    await printer.run();
    expect(sought).toEqual([{ ...at, offset: 9 }]);
    expect(stdout.text).toBe('a\n');
    await expect(printing([damage]).printer.run()).rejects.toThrow('wrong checksum');
  });
});
