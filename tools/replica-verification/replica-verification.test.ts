import { ranCommand } from '../cli/testing';
import { RecordBatchBuilder } from '../../client/records';
import { AdminError, type ConfigEntry } from '../../client/admin';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { ManualClock } from '../../client/runtime/manual-clock';
import { definition } from '../kafka-replica-verification';
import { compareCompacted } from './compare-compacted';
import { compareReplicas, type Mismatch } from './compare-replicas';
import type { ReplicaAnswer, ReplicaSource } from './replica-source';
import { mismatchText, progressText } from './report-lines';
import { Verification } from './verification';
import { ReplicaVerifier } from './verify-replicas';

const at = { topic: 't', partition: 0 };

/** A batch of as many records from an offset on. */
function batch(baseOffset: number, values: string[], leaderEpoch = 1): Buffer {
  const builder = new RecordBatchBuilder({ baseOffset, leaderEpoch });
  for (const value of values) builder.tryAppend(1000, null, value);
  return Buffer.from(builder.build());
}

const replica = (brokerId: number, ...batches: Buffer[]) => ({
  brokerId,
  records: Buffer.concat(batches),
});

describe('comparing replicas', () => {
  const a = batch(0, ['a', 'b']);
  const b = batch(2, ['c']);

  test('goes as far as all have answered', () => {
    expect(compareReplicas(0, [replica(1, a, b), replica(2, a, b)])).toMatchObject({
      nextOffset: 3,
      mismatches: [],
    });
    expect(compareReplicas(0, [replica(1, a, b), replica(2, a)]).nextOffset).toBe(2);
    expect(compareReplicas(0, [replica(1, a), replica(2)]).nextOffset).toBe(0);
  });

  test('begins within a batch, whole or cut', () => {
    const cut = replica(2, a, b.subarray(0, b.length - 1));
    expect(compareReplicas(1, [replica(1, a, b), cut]).nextOffset).toBe(2);
    expect(compareReplicas(2, [replica(1, a, b), replica(2, b)]).nextOffset).toBe(3);
  });

  test('other records, or damaged ones', () => {
    const other = batch(0, ['a', 'x']);
    const damaged = Buffer.from(a);
    damaged[damaged.length - 2] ^= 1;
    const found = compareReplicas(0, [replica(1, a, b), replica(2, other, b)]);
    expect(found).toMatchObject({ nextOffset: 3, isParted: false });
    expect(mismatchText(at, found.mismatches[0])).toMatch(
      /^partition t-0 has unmatched checksum at offset 1; replica 1's checksum \d+; replica 2's checksum \d+$/,
    );
    const [mismatch] = compareReplicas(0, [replica(1, a), replica(2, damaged)]).mismatches;
    expect(mismatchText(at, mismatch)).toMatch(
      /unmatched bytes at offset 1; replica 1's checksum (\d+); replica 2's checksum \1, which its bytes do not fit$/,
    );
  });

  test('records of another leader', () => {
    const [mismatch] = compareReplicas(0, [
      replica(1, a),
      replica(2, batch(0, ['a', 'b'], 4)),
    ]).mismatches;
    expect(mismatchText(at, mismatch)).toBe(
      "partition t-0 has unmatched leader epochs at offset 1; replica 1's epoch 1; replica 2's epoch 4",
    );
  });

  test('logs that part are not compared further', () => {
    const found = compareReplicas(0, [replica(1, a, b), replica(2, batch(0, ['a']), b)]);
    expect(found).toMatchObject({ nextOffset: 0, isParted: true });
    expect(mismatchText(at, found.mismatches[0])).toBe(
      "partition t-0: replica 1's offset 1 doesn't match replica 2's offset 0",
    );
  });
});

describe('comparing compacted replicas', () => {
  const whole = batch(0, ['a', 'b', 'c']);
  const part = (values: Record<number, string>, time = 1000) => {
    const builder = new RecordBatchBuilder({ baseOffset: 0, leaderEpoch: 1 });
    for (const [delta, value] of Object.entries(values)) {
      builder.tryAppendAt(Number(delta), time, null, value);
    }
    return Buffer.from(builder.build(2));
  };

  test('what only one of them has means nothing', () => {
    const found = compareCompacted(0, [replica(1, whole), replica(2, part({ 1: 'b' }))]);
    expect(found).toEqual({ nextOffset: 3, mismatches: [], isParted: false });
    const later = compareCompacted(0, [replica(1, whole), replica(2, batch(7, ['x']))]);
    expect(later).toMatchObject({ nextOffset: 3, mismatches: [] });
    expect(compareCompacted(0, [replica(1, whole), replica(2)]).nextOffset).toBe(0);
  });

  test('what both have must be the same', () => {
    for (const other of [part({ 1: 'x' }), part({ 1: 'b' }, 1001)]) {
      const { mismatches } = compareCompacted(0, [replica(1, whole), replica(2, other)]);
      expect(mismatches).toEqual([expect.objectContaining({ kind: 'content', offset: 1 })]);
    }
  });

  test('and not damaged', () => {
    const damaged = part({ 1: 'b' });
    damaged[damaged.length - 2] ^= 1;
    const { mismatches } = compareCompacted(0, [replica(1, whole), replica(2, damaged)]);
    expect(mismatches).toMatchObject([{ kind: 'content', at: [{ isDamaged: true }, {}] }]);
  });
});

/** Replicas in memory: of each broker its batches, and a high watermark. */
class FakeSource implements ReplicaSource {
  readonly logs = new Map<number, Buffer[]>();
  readonly failures = new Map<number, string>();
  highWatermark = 0;
  reads = 0;

  read(brokerId: number, wanted: readonly { offset: number }[]): Promise<ReplicaAnswer[]> {
    this.reads++;
    const failure = this.failures.get(brokerId);
    const { highWatermark } = this;
    return Promise.resolve(
      wanted.map(({ offset }) => {
        if (failure !== undefined) return { failure };
        const log = this.logs.get(brokerId) ?? [];
        const next = log.find((bytes) => Number(bytes.readBigInt64BE(0)) >= offset);
        return { records: next ?? Buffer.alloc(0), highWatermark };
      }),
    );
  }
}

describe('a verification', () => {
  const told: string[] = [];
  const mismatches: Mismatch[] = [];
  let source: FakeSource;
  let verification: Verification;
  beforeEach(() => {
    told.length = mismatches.length = 0;
    source = new FakeSource();
    source.logs.set(1, [batch(0, ['a']), batch(1, ['b']), batch(2, ['c'])]);
    source.logs.set(2, [batch(0, ['a']), batch(1, ['x'])]);
    source.highWatermark = 3;
    verification = new Verification([{ ...at, replicas: [1, 2], position: 0 }], {
      source,
      partitionsAtOnce: 1,
      onMismatch: (_, mismatch) => mismatches.push(mismatch),
      onFailure: (_, brokerId, failure) => told.push(`${brokerId}: ${failure}`),
    });
  });

  test('tells what differs and how far it has come', async () => {
    expect([await verification.pass(), mismatches.length]).toEqual([true, 0]);
    expect([await verification.pass(), mismatches.length]).toEqual([true, 1]);
    expect(await verification.pass()).toBe(false);
    expect(progressText(verification.progress())).toBe(
      'max lag is 1 for partition t-0 at offset 2 among 1 partitions',
    );
    expect(verification.behind(new Map([['t-0', 3]]))).toEqual(['t-0']);
    expect(verification.behind(new Map([['t-0', 2]]))).toEqual([]);
  });

  test('waits for a replica that cannot be read; tells once', async () => {
    source.failures.set(2, 'CONNECTION');
    expect(await verification.pass()).toBe(false);
    expect(await verification.pass()).toBe(false);
    source.failures.clear();
    expect(await verification.pass()).toBe(true);
    expect(told).toEqual(['2: CONNECTION', '2: undefined']);
  });

  test('follows replicas that move, and skips what is deleted', async () => {
    source.failures.set(2, 'OFFSET_OUT_OF_RANGE');
    await verification.pass();
    expect(verification.outOfRange()).toEqual([at]);
    verification.skipTo(at, 2);
    verification.moved([{ ...at, replicas: [1] }]);
    expect(await verification.pass()).toBe(true);
    expect(verification.progress().worst).toMatchObject({ lag: 0, offset: 3 });
    verification.moved([]);
    expect(progressText(verification.progress())).toBe('no partitions are left');
  });
});

describe('a run with --once', () => {
  const lines: string[] = [];
  const notes: string[] = [];
  const clock = new ManualClock();
  let source: FakeSource;
  beforeEach(() => {
    lines.length = notes.length = 0;
    source = new FakeSource();
    source.highWatermark = 2;
  });

  const policy: ConfigEntry = {
    ...{ name: 'cleanup.policy', value: 'delete' },
    ...({ source: 'DEFAULT_CONFIG', type: 'LIST' } as const),
    ...{ isDefault: true, readOnly: false, isSensitive: false, synonyms: [], documentation: null },
  };

  /** @param partitions of the topic; only the first so many have a leader */
  const ran = (partitions = 1, led = partitions) =>
    new ReplicaVerifier(
      {
        listTopics: () => Promise.resolve([{ name: 't', topicId: 't', isInternal: false }]),
        describeTopics: () =>
          Promise.resolve([
            {
              ...{ name: 't', topicId: 't', isInternal: false },
              partitions: Array.from({ length: partitions }, (_, partition) => ({
                ...{ topic: 't', partition, leader: partition < led ? 1 : -1, leaderEpoch: 1 },
                ...{ replicas: [1, 2], isr: [1, 2], offlineReplicas: [] },
              })),
            },
          ]),
        describeConfigs: () => Promise.resolve([{ type: 'TOPIC', name: 't', configs: [policy] }]),
        listOffsets: (questions) => {
          const listed = questions
            .filter(({ partition }) => partition < led)
            .map((question) => ({
              ...question,
              ...{ offset: question.at === 'latest' ? 2 : 0, timestamp: -1, leaderEpoch: 1 },
            }));
          if (listed.length === questions.length) return Promise.resolve(listed);
          const names = questions.map(({ partition }) => `t-${partition}`);
          const failures = names
            .slice(listed.length)
            .map((name): [string, Error] => [name, new ProtocolError('LEADER_NOT_AVAILABLE')]);
          const succeeded = new Map(listed.map((one) => [`t-${one.partition}`, one]));
          return Promise.reject(new AdminError('Listing offsets', new Map(failures), succeeded));
        },
      },
      {
        read: (brokerId, wanted) => {
          // Time passes while one waits.
          queueMicrotask(() => setImmediate(() => clock.advance(1000)));
          return source.read(brokerId, wanted);
        },
      },
      {
        options: { reportIntervalMs: 5000, fetchSize: 100, maxWaitMs: 1000, once: true },
        signal: new AbortController().signal,
        print: (line) => lines.push(line.slice('2026-01-01 00:00:00,000: '.length)),
        note: (line) => notes.push(line),
      },
      clock,
    ).run(() => true);

  test('ends with 0 when all replicas hold the same', async () => {
    for (const id of [1, 2]) source.logs.set(id, [batch(0, ['a']), batch(1, ['b'])]);
    expect(await ran()).toBe(0);
    expect(lines).toEqual([
      'verification process is started',
      'max lag is 0 for partition t-0 at offset 2 among 1 partitions',
    ]);
  });

  test('ends with 1 when they do not', async () => {
    source.logs.set(1, [batch(0, ['a']), batch(1, ['b'])]);
    source.logs.set(2, [batch(0, ['a']), batch(1, ['x'])]);
    expect(await ran()).toBe(1);
    expect(lines[1]).toContain('has unmatched checksum at offset 1');
  });

  test('ends with 1 and names a partition without a leader', async () => {
    for (const id of [1, 2]) source.logs.set(id, [batch(0, ['a']), batch(1, ['b'])]);
    expect(await ran(2, 1)).toBe(1);
    expect(notes).toEqual(['t-1 has no leader that answers and is left out.']);
    expect(lines[1]).toBe('max lag is 0 for partition t-0 at offset 2 among 1 partitions');
  });

  test('fails when nothing could be compared', async () => {
    await expect(ran(1, 0)).rejects.toMatchObject({ code: 'LEADER_NOT_AVAILABLE' });
    expect(notes).toEqual(['t-0 has no leader that answers and is left out.']);
    expect(lines).toEqual([]);
  });

  test('ends with 1 when one of them cannot be read', async () => {
    source.logs.set(1, [batch(0, ['a']), batch(1, ['b'])]);
    source.failures.set(2, 'CONNECTION');
    expect(await ran()).toBe(1);
    expect(notes).toEqual([
      'Replica 2 of t-0 cannot be read: CONNECTION.',
      't-0 could not be compared to its end.',
    ]);
  });
});

test.each([
  [[], '--bootstrap-server must be specified.'],
  [['--broker-list', 'a:1', '--time', '-3'], 'Give milliseconds since 1970, -1 or -2.'],
  [['--broker-list', 'a:1', '--topics-include', 'a('], 'is an invalid regex'],
  [
    ['--broker-list', 'a:1', '--topics-include', 'a', '--topic-white-list', 'b'],
    "--topic-white-list can't be used with --topics-include.",
  ],
])('a usage error: %j', async (args, message) => {
  const refused = await ranCommand(definition, args);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain(message);
});
