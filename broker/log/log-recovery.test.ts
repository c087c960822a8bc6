import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { batchesOf } from '../../client/records';
import { LogFixture, oneRecord, readAll } from './testing/log-fixture';

const config = { segmentBytes: 2000, indexIntervalBytes: 300, fileDeleteDelayMs: 60_000 };
const RECORDS = 60;
let original: LogFixture;
let fixture: LogFixture;
let sent: Buffer;
let bases: number[];

/** What a flipped bit does to the fields that the broker stamps; after a clean stop only the tail is read. */
const UNCHECKED = [
  ['an offset that leaves a gap', 0, 0x10, /^base offset is \d+, but what comes before ends at/],
  ['an epoch older than the one before', 15, 0x02, /^leader epoch 0 comes after 2/],
] as const;

const name = (offset: number, suffix: string) => `${String(offset).padStart(20, '0')}${suffix}`;
const file = (offset: number, suffix: string) => fixture.path('t-0', name(offset, suffix));
const names = () => readdirSync(fixture.path('t-0')).sort();
const cutsLogged = () => fixture.logger.events('log-recovered');

/** A log of several segments, left by a clean stop or by a crash. Made once, then copied. */
function prepare(clean: boolean): void {
  cpSync(original.logDir, fixture.logDir, { recursive: true });
  if (!clean) rmSync(fixture.path('.kafka_cleanshutdown'));
  bases = names()
    .filter((n) => n.endsWith('.log'))
    .map((n) => Number(n.slice(0, 20)));
  expect(bases.length).toBeGreaterThan(4);
}

beforeAll(async () => {
  original = new LogFixture();
  const { manager, log } = await original.openLog(config);
  for (let n = 0; n < RECORDS; n++) {
    const { written } = log.appendAsLeader(
      oneRecord(`${n}`.padEnd(100, '.'), 1000 + n),
      n < 25 ? 1 : 2,
    );
    if (n % 10 === 0) await written;
  }
  await log.flush();
  sent = await readAll(log);
  await manager.close();
});
afterAll(() => original.dispose());

async function reopen() {
  const opened = await fixture.openLog(config);
  return { ...opened, content: await readAll(opened.log) };
}

beforeEach(() => {
  fixture = new LogFixture();
});
afterEach(() => fixture.dispose());

describe.each([
  ['a clean stop', true],
  ['a crash', false],
])('after %s', (_, clean) => {
  beforeEach(() => prepare(clean));
  const last = () => bases.at(-1) ?? 0;

  it('an undamaged log is as it was', async () => {
    const { content, log } = await reopen();
    expect(content.equals(sent)).toBe(true);
    expect(cutsLogged()).toEqual([]);
    expect(log.epochEndOffset(1)).toEqual({ leaderEpoch: 1, endOffset: 25 });
    expect(fixture.logger.events('index-rebuilt')).toEqual([]);
  });

  it('a torn tail is cut and reported', async () => {
    const size = readFileSync(file(last(), '.log')).length;
    truncateSync(file(last(), '.log'), size - 30);
    const { content, log } = await reopen();
    expect(content.equals(sent.subarray(0, content.length))).toBe(true);
    expect(log.logEndOffset).toBe(RECORDS - 1);
    expect(cutsLogged()).toEqual([
      expect.objectContaining({
        partition: 't-0',
        offset: RECORDS - 1,
        segment: last(),
        reason: expect.stringMatching(/^torn/) as string,
      }),
    ]);
    await log.appendAsLeader(oneRecord('goes on'), 3).written;
    expect(batchesOf(await readAll(log)).at(-1)?.baseOffset).toBe(RECORDS - 1);
  });

  it.each(clean ? UNCHECKED.slice(0, 1) : UNCHECKED)(
    '%s, which no checksum covers, is cut',
    async (_case, byte, bit, reason) => {
      const bytes = readFileSync(file(last(), '.log'));
      const damaged = batchesOf(bytes).at(-1)!;
      const at = bytes.length - damaged.sizeInBytes + byte;
      // A bit of the high half of the base offset, or the last byte of the leader epoch.
      bytes[byte === 0 ? at + 2 : at] ^= bit;
      writeFileSync(file(last(), '.log'), bytes);
      const { content, log } = await reopen();
      expect(log.logEndOffset).toBe(RECORDS - 1);
      expect(content.equals(sent.subarray(0, content.length))).toBe(true);
      expect(cutsLogged()).toEqual([
        expect.objectContaining({
          offset: RECORDS - 1,
          reason: expect.stringMatching(reason) as string,
        }),
      ]);
    },
  );

  it('garbage at the end is cut and reported', async () => {
    appendFileSync(file(last(), '.log'), Buffer.alloc(777, 0x5a));
    const { content } = await reopen();
    expect(content.equals(sent)).toBe(true);
    expect(cutsLogged()).toEqual([expect.objectContaining({ bytesCut: 777, offset: RECORDS })]);
  });

  it('zeros at the end, as a power failure leaves them, are cut', async () => {
    appendFileSync(file(last(), '.log'), Buffer.alloc(4096));
    const { content } = await reopen();
    expect(content.equals(sent)).toBe(true);
    expect(cutsLogged()).toEqual([expect.objectContaining({ bytesCut: 4096 })]);
  });

  it.each(['.index', '.timeindex'])(
    'a missing %s is built anew, for that segment only',
    async (suffix) => {
      const victim = bases[2] ?? 0;
      const before = readFileSync(file(victim, suffix));
      rmSync(file(victim, suffix));
      const { content, manager } = await reopen();
      expect(content.equals(sent)).toBe(true);
      expect(fixture.logger.events('index-rebuilt')).toEqual([
        expect.objectContaining({ baseOffset: victim }),
      ]);
      await manager.close();
      expect(readFileSync(file(victim, suffix)).equals(before)).toBe(true);
    },
  );

  it.each([
    ['cut in an entry', (bytes: Buffer) => bytes.subarray(0, bytes.length - 3)],
    ['of zeros, never trimmed', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(4800)])],
    ['with a wrong last entry', (bytes: Buffer) => bytes.fill(0x11, bytes.length - 8)],
  ])('an index %s is built anew', async (_what, damage) => {
    const victim = bases[1] ?? 0;
    const before = readFileSync(file(victim, '.index'));
    writeFileSync(file(victim, '.index'), damage(Buffer.from(before)));
    const { content, manager } = await reopen();
    expect(content.equals(sent)).toBe(true);
    expect(fixture.logger.events('index-rebuilt').map((fields) => fields['baseOffset'])).toEqual([
      victim,
    ]);
    await manager.close();
    expect(readFileSync(file(victim, '.index')).equals(before)).toBe(true);
  });

  it.each([
    ['of zeros', (bytes: Buffer) => bytes.fill(0)],
    ['of another time', (bytes: Buffer) => bytes.fill(0x11, bytes.length - 6, bytes.length - 4)],
    ['of another offset', (bytes: Buffer) => bytes.fill(0, bytes.length - 1)],
  ])('a time index %s is built anew', async (_what, damage) => {
    const victim = bases[1] ?? 0;
    const before = readFileSync(file(victim, '.timeindex'));
    writeFileSync(file(victim, '.timeindex'), damage(Buffer.from(before)));
    const { log, manager } = await reopen();
    for (let n = 0; n < RECORDS; n++) {
      expect((await log.offsetForTimestamp(1000 + n))?.offset).toBe(n);
    }
    expect(fixture.logger.events('index-rebuilt').map((fields) => fields['baseOffset'])).toEqual([
      victim,
    ]);
    await manager.close();
    expect(readFileSync(file(victim, '.timeindex')).equals(before)).toBe(true);
  });

  it('an index that is wrong inside is noticed by the reader at the latest', async () => {
    const victim = bases[1] ?? 0;
    const before = readFileSync(file(victim, '.index'));
    expect(before.length).toBeGreaterThanOrEqual(24);
    const damaged = Buffer.from(before);
    damaged.writeInt32BE(damaged.readInt32BE(4) + 1, 4);
    writeFileSync(file(victim, '.index'), damaged);
    const { log, content, manager } = await reopen();
    expect(content.equals(sent)).toBe(true);
    for (let offset = RECORDS - 1; offset >= 0; offset--) {
      expect((await log.read(offset, 1, Infinity)).firstOffset).toBe(offset);
    }
    await manager.close();
    expect(readFileSync(file(victim, '.index')).equals(before)).toBe(true);
  });

  it('an index without a log is removed', async () => {
    writeFileSync(file(999, '.index'), Buffer.alloc(8));
    writeFileSync(file(999, '.timeindex'), Buffer.alloc(12));
    const { content } = await reopen();
    expect(content.equals(sent)).toBe(true);
    expect(names().filter((n) => n.startsWith(name(999, '')))).toEqual([]);
  });

  it('leftover .deleted and .cleaned files are removed', async () => {
    copyFileSync(file(0, '.log'), `${file(0, '.log')}.deleted`);
    copyFileSync(file(0, '.log'), `${file(0, '.log')}.cleaned`);
    const { content } = await reopen();
    expect(content.equals(sent)).toBe(true);
    expect(names().filter((n) => /deleted|cleaned/.test(n))).toEqual([]);
  });

  it('a finished swap takes the place of what it replaces', async () => {
    const [first = 0, second = 0, third = 0] = bases;
    const merged = Buffer.concat([
      readFileSync(file(first, '.log')),
      readFileSync(file(second, '.log')),
    ]);
    writeFileSync(`${file(first, '.log')}.swap`, merged);
    renameSync(file(second, '.log'), `${file(second, '.log')}.deleted`);
    const { content, log } = await reopen();
    expect(content.equals(sent)).toBe(true);
    expect(
      names()
        .filter((n) => n.endsWith('.log'))
        .slice(0, 2),
    ).toEqual([name(first, '.log'), name(third, '.log')]);
    expect(names().filter((n) => n.endsWith('.swap'))).toEqual([]);
    expect(log.segmentCount).toBe(bases.length - 1);
  });

  it('a swap behind an unfinished output is thrown away', async () => {
    copyFileSync(file(0, '.log'), `${file(bases[1] ?? 0, '.log')}.cleaned`);
    copyFileSync(file(0, '.log'), `${file(bases[2] ?? 0, '.log')}.swap`);
    const { content } = await reopen();
    expect(content.equals(sent)).toBe(true);
    expect(names().filter((n) => /swap|cleaned/.test(n))).toEqual([]);
  });

  it.each(['missing', 'malformed', 'stale'])(
    'a %s leader epoch checkpoint is found again or cut',
    async (how) => {
      const path = fixture.path('t-0', 'leader-epoch-checkpoint');
      if (how === 'missing') rmSync(path);
      else if (how === 'malformed') writeFileSync(path, '0\n2\nx');
      else writeFileSync(path, `0\n3\n1 0\n2 25\n7 ${RECORDS}\n`);
      const { log } = await reopen();
      expect(log.epochEndOffset(1)).toEqual({ leaderEpoch: 1, endOffset: 25 });
      expect(log.latestEpoch).toBe(2);
      expect(readFileSync(path, 'utf8')).toBe('0\n2\n1 0\n2 25\n');
    },
  );

  it.each([
    'recovery-point-offset-checkpoint',
    'log-start-offset-checkpoint',
    'replication-offset-checkpoint',
  ])('a malformed %s costs no data', async (checkpoint) => {
    writeFileSync(fixture.path(checkpoint), 'garbage');
    const { content } = await reopen();
    expect(content.equals(sent)).toBe(true);
    expect(fixture.logger.events('checkpoint-unreadable')).toHaveLength(1);
  });

  it('a log that ends below its log start starts anew there', async () => {
    writeFileSync(fixture.path('log-start-offset-checkpoint'), '0\n1\nt 0 500\n');
    const { log } = await reopen();
    expect([log.logStartOffset, log.logEndOffset, log.segmentCount]).toEqual([500, 500, 1]);
    await log.appendAsLeader(oneRecord('goes on'), 3).written;
    expect((await log.read(500, 1000, Infinity)).firstOffset).toBe(500);
  });

  it('a missing log file of an empty directory means an empty log', async () => {
    for (const n of names()) rmSync(fixture.path('t-0', n));
    const { log } = await reopen();
    expect([log.logStartOffset, log.logEndOffset]).toEqual([0, 0]);
  });
});

describe('after a crash before any flush', () => {
  beforeEach(() => {
    prepare(false);
    writeFileSync(fixture.path('recovery-point-offset-checkpoint'), '0\n1\nt 0 0\n');
  });

  it('a corrupt batch ends the log there, and later segments go', async () => {
    const victim = bases[2] ?? 0;
    const bytes = readFileSync(file(victim, '.log'));
    const [, second] = batchesOf(bytes);
    bytes.writeUInt8(bytes.readUInt8((second?.end ?? 1) - 1) ^ 1, (second?.end ?? 1) - 1);
    writeFileSync(file(victim, '.log'), bytes);
    const { content, log } = await reopen();
    expect(log.logEndOffset).toBe(victim + 1);
    expect(content.equals(sent.subarray(0, content.length))).toBe(true);
    expect(batchesOf(content).at(-1)?.lastOffset).toBe(victim);
    expect(cutsLogged()).toEqual([
      expect.objectContaining({
        offset: victim + 1,
        segmentsRemoved: bases.length - 3,
        reason: expect.stringMatching(/^checksum/) as string,
      }),
    ]);
    expect(names().filter((n) => n.endsWith('.log'))).toHaveLength(3);
    expect(log.latestEpoch).toBe(victim > 24 ? 2 : 1);
    expect(existsSync(file(bases[3] ?? 0, '.log.deleted'))).toBe(true);
  });

  it('the recovery point on disk does not claim what was cut', async () => {
    writeFileSync(fixture.path('recovery-point-offset-checkpoint'), `0\n1\nt 0 ${RECORDS}\n`);
    truncateSync(file(bases.at(-1) ?? 0, '.log'), 10);
    const { log } = await reopen();
    const end = bases.at(-1) ?? 0;
    expect(log.logEndOffset).toBe(end);
    expect(readFileSync(fixture.path('recovery-point-offset-checkpoint'), 'utf8')).toBe(
      `0\n1\nt 0 ${end}\n`,
    );
  });
});

it('damage in a flushed segment that lost its index cuts only that segment', async () => {
  prepare(false);
  const victim = bases[1] ?? 0;
  rmSync(file(victim, '.index'));
  const bytes = readFileSync(file(victim, '.log'));
  bytes.fill(0, 500);
  writeFileSync(file(victim, '.log'), bytes);
  const { content, log } = await reopen();
  expect(log.logEndOffset).toBe(RECORDS);
  const offsets = batchesOf(content).map(({ baseOffset }) => baseOffset);
  expect(offsets).toContain(victim);
  expect(offsets).toContain(bases[2]);
  expect(offsets).not.toContain((bases[2] ?? 0) - 1);
  expect(cutsLogged()).toEqual([expect.objectContaining({ segment: victim, segmentsRemoved: 0 })]);
});
