import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  encodeOffsetKey,
  encodeOffsetValue,
} from '../../broker/coordinator/group/offsets-topic/offset-records';
import { LogFixture } from '../../broker/log/testing/log-fixture';
import { RecordBatchBuilder } from '../../client/records/batch-builder';
import { buildEndTransactionBatch } from '../../client/records/control-record';
import { crc32c } from '../../client/records/crc32c';
import { writeInt64 } from '../../client/records/int64';
import { ranCommand } from '../cli/testing';
import { definition } from '../kafka-dump-log';

const fixture = new LogFixture();
const began = 1_700_000_000_000;
const segment = '00000000000000000000';
const folder = fixture.path('t-0');
const path = (suffix: string): string => join(folder, segment + suffix);
const dump = (...argv: string[]) => ranCommand(definition, argv);

/** Three batches of two records, the second compressed, and a batch of an idempotent producer. */
beforeAll(async () => {
  const { manager, log } = await fixture.openLog({ indexIntervalBytes: 0 });
  for (const compression of ['none', 'gzip'] as const) {
    const builder = new RecordBatchBuilder({ compression });
    const header = { key: 'trace', value: 'x' };
    builder.tryAppend(began, 'user-1', 'a click', [header, { key: 'b', value: null }]);
    builder.tryAppend(began + 5, null, 'é');
    log.appendAsLeader(Buffer.from(builder.build()), 0);
    if (compression === 'none') fixture.clock.advance(10);
  }
  const producer = { producerId: 7, producerEpoch: 1, baseSequence: 40, isTransactional: false };
  const idempotent = new RecordBatchBuilder({ producer });
  idempotent.tryAppend(began + 100, Buffer.from('0000002a', 'hex'), null);
  log.appendAsLeader(Buffer.from(idempotent.build()), 3);
  await manager.close();
});
afterAll(() => fixture.dispose());

const crcs = (): number[] => {
  const bytes = readFileSync(path('.log'));
  const found: number[] = [];
  for (let at = 0; at < bytes.length; at += 12 + bytes.readInt32BE(at + 8)) {
    found.push(bytes.readUInt32BE(at + 17));
  }
  return found;
};

test('the batches of a segment, as Kafka prints them', async () => {
  const { code, stdout, stderr } = await dump('--files', path('.log'));
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const [first, second, third] = crcs();
  const sizes = [...stdout.matchAll(/ size: (\d+)/g)].map(([, size]) => Number(size));
  const plain = 'isTransactional: false isControl: false deleteHorizonMs: OptionalLong.empty';
  const nobody = 'baseSequence: -1 lastSequence: -1 producerId: -1 producerEpoch: -1';
  expect(stdout.split('\n')).toEqual([
    `Dumping ${path('.log')}`,
    'Log starting offset: 0',
    `baseOffset: 0 lastOffset: 1 count: 2 ${nobody} partitionLeaderEpoch: 0 ${plain} position: 0 CreateTime: 1700000000005 size: ${sizes[0]} magic: 2 compresscodec: none crc: ${first} isvalid: true`,
    `baseOffset: 2 lastOffset: 3 count: 2 ${nobody} partitionLeaderEpoch: 0 ${plain} position: ${sizes[0]} CreateTime: 1700000000005 size: ${sizes[1]} magic: 2 compresscodec: gzip crc: ${second} isvalid: true`,
    `baseOffset: 4 lastOffset: 4 count: 1 baseSequence: 40 lastSequence: 40 producerId: 7 producerEpoch: 1 partitionLeaderEpoch: 3 ${plain} position: ${sizes[0]! + sizes[1]!} CreateTime: 1700000000100 size: ${sizes[2]} magic: 2 compresscodec: none crc: ${third} isvalid: true`,
    '',
  ]);
});

test('records, with and without their metadata', async () => {
  const deep = await dump('--files', path('.log'), '--deep-iteration');
  const records = deep.stdout.split('\n').filter((line) => line.startsWith('|'));
  expect(records).toEqual([
    '| offset: 0 CreateTime: 1700000000000 keySize: 6 valueSize: 7 sequence: -1 headerKeys: [trace,b]',
    '| offset: 1 CreateTime: 1700000000005 keySize: -1 valueSize: 2 sequence: -1 headerKeys: []',
    '| offset: 2 CreateTime: 1700000000000 keySize: 6 valueSize: 7 sequence: -1 headerKeys: [trace,b]',
    '| offset: 3 CreateTime: 1700000000005 keySize: -1 valueSize: 2 sequence: -1 headerKeys: []',
    '| offset: 4 CreateTime: 1700000000100 keySize: 4 valueSize: -1 sequence: 40 headerKeys: []',
  ]);

  const data = await dump('--files', path('.log'), '--print-data-log');
  expect(data.stdout).toContain('headerKeys: [trace,b] key: user-1 payload: a click\n');
  expect(data.stdout).toContain('headerKeys: [] payload: é\n');

  const bare = await dump(
    ...['--files', path('.log'), '--skip-record-metadata'],
    ...['--key-decoder-class', 'org.apache.kafka.tools.api.IntegerDecoder'],
  );
  expect(bare.stdout).toContain('\n| key: 42\n');
  expect(bare.stdout).toContain('\n| payload: é\n');
});

test('a limit of bytes ends the dump at a whole batch', async () => {
  const { code, stdout } = await dump('--files', path('.log'), '--max-bytes', '150');
  expect(stdout.match(/baseOffset/g)).toHaveLength(1);
  expect(stdout).not.toContain('invalid bytes');
  expect(code).toBe(0);
});

test('the indexes of a segment fit it', async () => {
  const files = `${path('.index')},${path('.timeindex')}`;
  const { code, stdout, stderr } = await dump('--files', files);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toContain(`Dumping ${path('.index')}\n`);
  expect(stdout).toMatch(/^offset: 3 position: \d+$/m);
  expect(stdout).toMatch(/^timestamp: 1700000000100 offset: 4$/m);

  const quiet = await dump('--files', files, '--verify-index-only');
  expect(quiet.stdout).toBe(`Dumping ${path('.index')}\nDumping ${path('.timeindex')}\n`);
  const sane = await dump('--files', files, '--index-sanity-check');
  expect(sane.stdout).toContain(`${path('.index')} passed sanity check.`);
  expect(sane.stdout).toContain(`${path('.timeindex')} passed sanity check.`);
});

describe('damage', () => {
  /** Copies of the segment's files. */
  const spoilt = (suffix: string): string => join(fixture.root, segment + suffix);
  beforeEach(() => {
    for (const suffix of ['.log', '.index', '.timeindex']) {
      writeFileSync(spoilt(suffix), readFileSync(path(suffix)));
    }
  });

  function change(suffix: string, edit: (bytes: Buffer) => Buffer | void): void {
    const bytes = readFileSync(spoilt(suffix));
    writeFileSync(spoilt(suffix), edit(bytes) ?? bytes);
  }

  test('a flipped byte: the batch is not valid, the next ones are printed all the same', async () => {
    change('.log', (bytes) => void (bytes[70]! ^= 1));
    const { code, stdout, stderr } = await dump('--files', spoilt('.log'), '--deep-iteration');
    expect(stdout.match(/isvalid: false/g)).toHaveLength(1);
    expect(stdout.match(/isvalid: true/g)).toHaveLength(2);
    expect(stderr).toBe(`Corrupt batches in ${spoilt('.log')}\n  base offset: 0, position: 0\n`);
    expect(code).toBe(1);
  });

  test('a torn end', async () => {
    change('.log', (bytes) => Buffer.concat([bytes, Buffer.alloc(33)]));
    const { code, stdout } = await dump('--files', spoilt('.log'));
    expect(stdout).toContain(`Found 33 invalid bytes at the end of ${segment}.log\n`);
    expect(code).toBe(0);
  });

  test('offsets with a gap', async () => {
    change('.log', (bytes) => writeInt64(bytes, 0, 1000));
    const { stderr } = await dump('--files', spoilt('.log'), '--deep-iteration');
    expect(stderr).toBe(`Non-consecutive offsets in ${spoilt('.log')}\n  1001 is followed by 2\n`);
  });

  test('an index that points somewhere else', async () => {
    change('.index', (bytes) => void bytes.writeInt32BE(9, 4));
    const { code, stderr } = await dump('--files', spoilt('.index'), '--verify-index-only');
    expect(stderr).toMatch(/^Mismatches in :.*\n {2}Index offset: \d, log offset: -1\n$/);
    expect(code).toBe(1);
  });

  test('a time index that is wrong about time, order and offset', async () => {
    const wrong = Buffer.alloc(24);
    writeInt64(wrong, 0, 5);
    wrong.writeInt32BE(3, 8);
    writeInt64(wrong, 12, 4);
    wrong.writeInt32BE(4, 20);
    change('.timeindex', () => wrong);
    const first = await dump('--files', spoilt('.timeindex'));
    expect(first.stderr).toContain('Index timestamp: 5, log timestamp: 1700000000005');
    expect(first.stderr).toContain('Index timestamp: 4, Previously indexed timestamp: 5');
    wrong.writeInt32BE(2, 8);
    change('.timeindex', () => wrong.subarray(0, 12));
    const second = await dump('--files', spoilt('.timeindex'));
    expect(second.stderr).toContain(
      'The following indexed offsets are not found in the log.\nIndexed offset: 2, found log offset: 3\n',
    );
  });

  test('an index that is not whole', async () => {
    change('.index', (bytes) => bytes.subarray(0, bytes.length - 1));
    const { code, stderr } = await dump('--files', spoilt('.index'), '--index-sanity-check');
    expect(stderr).toContain('FILE_UNREADABLE');
    expect(stderr).toContain('does not consist of whole entries');
    expect(code).toBe(1);
  });

  test('an index without its log', async () => {
    rmSync(spoilt('.log'));
    const { code, stderr } = await dump('--files', spoilt('.index'));
    expect(stderr).toMatch(/\.log cannot be read: there is no such file/);
    expect(code).toBe(1);
  });
});

test('the end of a transaction', async () => {
  const file = join(fixture.root, '00000000000000000007.log');
  const epochs = { producerId: 7, producerEpoch: 1, coordinatorEpoch: 3 };
  writeFileSync(file, buildEndTransactionBatch({ result: 'COMMIT', timestamp: began, ...epochs }));
  const { stdout } = await dump('--files', file, '--print-data-log');
  expect(stdout).toContain('Log starting offset: 7\n');
  expect(stdout).toContain('isTransactional: true isControl: true');
  expect(stdout).toContain('headerKeys: [] endTxnMarker: COMMIT coordinatorEpoch: 3\n');
});

test('aborted transactions and producers', async () => {
  const aborted = Buffer.alloc(34);
  [7, 100, 200, 150].forEach((value, i) => writeInt64(aborted, 2 + 8 * i, value));
  writeFileSync(join(fixture.root, `${segment}.txnindex`), aborted);

  const producer = Buffer.alloc(46);
  writeInt64(producer, 0, 7);
  producer.writeInt16BE(1, 8);
  producer.writeInt32BE(44, 10);
  writeInt64(producer, 14, 104);
  producer.writeInt32BE(4, 22);
  writeInt64(producer, 26, began);
  producer.writeInt32BE(3, 34);
  writeInt64(producer, 38, -1);
  const head = Buffer.alloc(10);
  head.writeInt16BE(1, 0);
  head.writeInt32BE(1, 6);
  const snapshot = Buffer.concat([head, producer]);
  snapshot.writeUInt32BE(crc32c(snapshot.subarray(6)), 2);
  const snapshotFile = join(fixture.root, `${segment}.snapshot`);
  writeFileSync(snapshotFile, snapshot);

  const files = `${join(fixture.root, `${segment}.txnindex`)},${snapshotFile}`;
  const { stdout } = await dump('--files', files);
  expect(stdout).toContain(
    'version: 0 producerId: 7 firstOffset: 100 lastOffset: 200 lastStableOffset: 150\n',
  );
  expect(stdout).toContain(
    `producerId: 7 producerEpoch: 1 coordinatorEpoch: 3 currentTxnFirstOffset: OptionalLong.empty lastTimestamp: ${began} firstSequence: 40 lastSequence: 44 lastOffset: 104 offsetDelta: 4 timestamp: ${began}\n`,
  );

  writeFileSync(snapshotFile, snapshot.fill(9, 20, 21));
  expect((await dump('--files', snapshotFile)).stderr).toContain('its checksum is wrong');
});

test('what is not a file of a segment, and what is not there', async () => {
  const checkpoint = join(folder, 'leader-epoch-checkpoint');
  expect(readdirSync(folder)).toContain('leader-epoch-checkpoint');
  const unknown = await dump('--files', checkpoint);
  expect(unknown).toMatchObject({ code: 1, stderr: `Ignoring unknown file ${checkpoint}\n` });
  const nowhere = join(folder, 'nofile.log');
  const unnamed = await dump('--files', nowhere);
  expect(unnamed.code).toBe(1);
  expect(unnamed.stderr).toMatch(`${nowhere} does not exist. Name the files of a partition`);
  const missing = await dump('--files', join(folder, '00000000000000000999.log'));
  expect(missing.code).toBe(1);
  expect(missing.stderr).toMatch(
    /FILE_UNREADABLE: .*999\.log cannot be read: there is no such file/,
  );
  expect((await dump()).code).toBe(2);
  expect((await dump('--files', path('.log'), '--key-decoder-class', 'Nix')).code).toBe(2);
  expect((await dump('--files', path('.log'), '--max-bytes', '-1')).code).toBe(2);
});

describe('a compacted partition', () => {
  const compacted = new LogFixture();
  afterAll(() => compacted.dispose());

  test('has gaps that are no damage, and batches with a delete horizon', async () => {
    const { manager, log } = await compacted.openLog({ cleanupPolicy: ['compact'] });
    for (const [key, value] of [
      ['a', '1'],
      ['b', null],
      ['a', '2'],
      ['c', '3'],
    ] as const) {
      const builder = new RecordBatchBuilder();
      builder.tryAppend(began, key, value);
      await log.appendAsLeader(Buffer.from(builder.build()), 0).written;
    }
    log.roll();
    log.updateHighWatermark(log.logEndOffset);
    await manager.cleanLogs();
    await manager.close();
    const file = join(compacted.path('t-0'), `${segment}.log`);
    const { code, stdout, stderr } = await dump('--files', file, '--print-data-log');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect([...stdout.matchAll(/\| offset: (\d+)/g)].map(([, at]) => at)).toEqual(['1', '2', '3']);
    const horizon = compacted.clock.now() + 24 * 60 * 60 * 1000;
    expect(stdout).toContain(`deleteHorizonMs: OptionalLong[${horizon}]`);
  });
});

test('offsets of groups, with --offsets-decoder', async () => {
  const offsets = new LogFixture();
  const { manager, log } = await offsets.openLog();
  const key = encodeOffsetKey({ groupId: 'g', topic: 'clicks', partition: 3 });
  const value = encodeOffsetValue({
    ...{ offset: 42, leaderEpoch: 1, metadata: 'm', commitTimestamp: began, expireTimestamp: null },
  });
  const builder = new RecordBatchBuilder();
  builder.tryAppend(began, key, value);
  builder.tryAppend(began, Buffer.from('0002000167', 'hex'), Buffer.from('x'));
  log.appendAsLeader(Buffer.from(builder.build()), 0);
  await manager.close();
  const file = join(offsets.path('t-0'), `${segment}.log`);
  const { stdout } = await dump('--files', file, '--offsets-decoder', '--skip-record-metadata');
  expect(stdout).toContain(
    '| key: {"type":"1","data":{"group":"g","topic":"clicks","partition":3}} payload: ' +
      '{"version":"3","data":{"offset":42,"leaderEpoch":1,"metadata":"m","commitTimestamp":1700000000000}}',
  );
  expect(stdout).toContain('| key: (a record of type 2) payload: (not of the offsets topic: 78)');
  await offsets.dispose();
});
