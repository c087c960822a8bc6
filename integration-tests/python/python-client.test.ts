import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { RecordBatchBuilder } from '../../client/records/batch-builder';
import { validateProducedBatch } from '../../client/records/batch-validator';
import { stampBaseOffset } from '../../client/records/batch-stamps';
import { recordsOf } from '../../client/records/record-decoder';
import { TestCluster } from '../harness/test-cluster';

/**
 * A small client in Python, written from PROTOCOL.md without a look at this code: if the
 * two disagree, the document is wrong or incomplete.
 *
 * `npm test` sets KAFKA_CLASSIC_PYTHON to a Python that has msgpack, installing it if it can.
 */
const python = process.env['KAFKA_CLASSIC_PYTHON'];

/** A test that needs Python. Without one it passes, and says that it has not looked. */
function pythonTest(name: string, body: (python: string) => Promise<void>): void {
  test(name, async () => {
    if (python) return body(python);
    console.warn(
      `SKIPPED: ${name}. Set KAFKA_CLASSIC_PYTHON to a Python 3 with msgpack (Debian: python3-msgpack).`,
    );
  });
}

/** Runs one of the scripts. @returns its stdout @throws Error with its output when it fails */
async function run(program: string, args: readonly string[], input = ''): Promise<string> {
  const [script, ...rest] = args;
  const child = spawn(program, [join(__dirname, script!), ...rest], {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${script} ended with ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}

describe('against a broker', () => {
  let cluster: TestCluster | undefined;
  beforeAll(async () => {
    if (python) cluster = await TestCluster.start();
  });
  afterAll(() => cluster?.stop());

  pythonTest('the Python client creates, produces, fetches, lists offsets, deletes', async (py) => {
    const output = await run(py, ['exercise_broker.py', cluster!.bootstrap]);
    expect(output.trimEnd().split('\n').at(-1)).toBe('ok');
  });
});

interface JsonRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly (readonly [string, string | null])[];
  readonly timestamp: number;
}

interface Case {
  readonly compression: 'none' | 'gzip';
  readonly records: readonly JsonRecord[];
}

interface Exchange {
  readonly encoded: readonly string[];
  readonly decoded: readonly (readonly (JsonRecord & { readonly offset: number })[])[];
  readonly hashed: readonly number[];
}

const text = (value: string): string => Buffer.from(value).toString('hex');
const began = 1_700_000_000_000;
const records: readonly JsonRecord[] = [
  { key: text('key-0'), value: text('value-0'), headers: [['h', text('1')]], timestamp: began },
  { key: null, value: text('value-1'), headers: [], timestamp: began + 5 },
  { key: text('k'), value: null, headers: [], timestamp: began + 5_000_000_000 },
  { key: '', value: '', headers: [['', '']], timestamp: began - 1 },
  {
    key: text('ключ'),
    value: text('x'.repeat(10_000)),
    headers: [
      ['имя', null],
      ['имя', text('again')],
    ],
    timestamp: 0,
  },
];
const cases: readonly Case[] = [
  { compression: 'none', records },
  { compression: 'gzip', records },
  { compression: 'none', records: records.slice(2, 3) },
  {
    compression: 'gzip',
    records: Array.from({ length: 1000 }, (_, i) => ({
      key: text(`key-${i % 10}`),
      value: text(`value-${i}`),
      headers: [],
      timestamp: began + i,
    })),
  },
];

const fromHex = (hex: string | null): Buffer | null =>
  hex === null ? null : Buffer.from(hex, 'hex');
const toHex = (bytes: Buffer | null): string | null => bytes && bytes.toString('hex');

function encode({ compression, records }: Case): Buffer {
  const builder = new RecordBatchBuilder({ compression, maxBytes: 1 << 20 });
  for (const { timestamp, key, value, headers } of records) {
    const pairs = headers.map(([name, bytes]) => ({ key: name, value: fromHex(bytes) }));
    builder.tryAppend(timestamp, fromHex(key), fromHex(value), pairs);
  }
  return builder.build();
}

const decode = (bytes: Buffer): Exchange['decoded'][number] =>
  recordsOf(bytes).map(({ offset, timestamp, key, value, headers }) => ({
    offset,
    timestamp,
    key: toHex(key),
    value: toHex(value),
    headers: headers.map(({ key: name, value: bytes }) => [name, toHex(bytes)] as const),
  }));

const withOffsets = (records: readonly JsonRecord[], base: number): object[] =>
  records.map((record, i) => ({ ...record, offset: base + i }));

/** Kafka's own values for its partitioner's hash. */
const hashes: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

pythonTest('batches and hashes are the same in Python and here', async (py) => {
  const ours = cases.map(encode);
  const two = Buffer.concat([Buffer.from(ours[0]!), Buffer.from(ours[1]!)]);
  stampBaseOffset(two, ours[0]!.length, 5_000_000_000);
  const given = {
    encode: cases,
    decode: [...ours, two].map(toHex),
    hash: hashes.map(([key]) => key),
  };
  const answer = await run(py, ['exchange_batches.py'], JSON.stringify(given));
  const { encoded, decoded, hashed } = JSON.parse(answer) as Exchange;

  for (const [i, { compression, records: wanted }] of cases.entries()) {
    const theirs = Buffer.from(encoded[i]!, 'hex');
    expect(validateProducedBatch(theirs, 0, theirs.length)).toBe(theirs.length);
    expect(decode(theirs)).toEqual(withOffsets(wanted, 0));
    expect(decoded[i]).toEqual(withOffsets(wanted, 0));
    // Two gzips may pack differently; without one there is only one way to write a batch.
    if (compression === 'none') expect(theirs.equals(ours[i]!)).toBe(true);
  }
  expect(decoded.at(-1)).toEqual([
    ...withOffsets(records, 0),
    ...withOffsets(records, 5_000_000_000),
  ]);
  expect(hashed.map((hash) => hash | 0)).toEqual(hashes.map(([, hash]) => hash));
});
