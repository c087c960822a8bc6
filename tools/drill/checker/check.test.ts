import { check } from './check';
import { History, type PartitionHistory } from './history';
import { anomalyNames, isClean, verdictLine, type Anomaly } from './verdict';

const PRODUCERS = 4;
const PARTITIONS = 6;

/** A sound history: some producers, two readers, a group, three replicas, a whole read of each. */
function soundHistory(sends: number): History {
  const history = new History();
  let now = 0;
  for (let value = 0; value < sends; value++) {
    const partition = history.partition(`t-${value % PARTITIONS}`);
    const sequence = partition.sends.length;
    const send = partition.sending(sequence % PRODUCERS, value, sequence, now++);
    partition.acked(send, sequence, now++);
  }
  for (const partition of history.partitions.values()) readAll(partition);
  return history;
}

function readAll(partition: PartitionHistory): void {
  const offsets = partition.sends.map((send) => send.offset);
  const values = partition.sends.map((send) => send.value);
  for (const reader of ['one', 'two']) {
    for (let from = 0; from < offsets.length; from += 500) {
      const [some, theirs] = [offsets.slice(from, from + 500), values.slice(from, from + 500)];
      partition.polls.push({ reader, generation: 1, from, offsets: some, values: theirs });
    }
  }
  for (const source of ['broker 1', 'broker 2', 'broker 3']) {
    partition.finals.push({ source, offsets: [...offsets], values: [...values], logStart: 0 });
  }
  for (const broker of [1, 2, 3]) {
    const batches = offsets.slice(0, 100).map((offset) => ({
      baseOffset: offset,
      nextOffset: offset + 1,
      bytes: Buffer.from(`batch ${offset}`),
    }));
    partition.replicas.push({ broker, highWatermark: offsets.length, batches });
  }
  partition.commits.push({ group: 'g', offset: offsets.length, reset: false });
}

/** Takes what lies at an offset out of everything that was read. */
function unread(partition: PartitionHistory, offset: number): void {
  for (const read of [...partition.polls, ...partition.finals]) {
    const at = read.offsets.indexOf(offset);
    if (at < 0) continue;
    (read.offsets as number[]).splice(at, 1);
    (read.values as number[]).splice(at, 1);
  }
}

/** Each breaks a sound history in one way; the anomalies that are to be found, and no others. */
const breakages: [string, readonly Anomaly[], (partition: PartitionHistory) => void][] = [
  [
    'an acknowledged record that no read finds',
    ['lost'],
    (partition) => unread(partition, partition.sends.length - 1),
  ],
  [
    'an acknowledged record that one replica lacks',
    ['lost'],
    ({ finals }) => {
      (finals[1]!.offsets as number[]).pop();
      (finals[1]!.values as number[]).pop();
    },
  ],
  [
    'a partition nobody read at the end',
    ['unread'],
    ({ finals }) => void finals.splice(0, finals.length),
  ],
  [
    'one record at two offsets',
    ['duplicated'],
    ({ finals, sends }) => {
      (finals[0]!.offsets as number[]).push(sends.length);
      (finals[0]!.values as number[]).push(sends.at(-1)!.value);
    },
  ],
  ['a wrong offset in an answer', ['misplaced'], ({ acks }) => void (acks[7]!.offset += 1)],
  [
    'a replica with another record at an offset',
    ['lost', 'divergent'],
    ({ finals, sends }) => {
      sends.push({ ...sends[0]!, value: 1e6, outcome: 'unknown' });
      (finals[1]!.values as number[])[9] = 1e6;
    },
  ],
  [
    'an acknowledgement for the offset of another record',
    ['lost', 'divergent'],
    (partition) => {
      const send = partition.sending(9, 5e6, 0, 1e9);
      partition.acked(send, 3, 1e9 + 1);
    },
  ],
  [
    'two records of one producer in the wrong order',
    ['reordered'],
    ({ sends }) => {
      const [one, other] = [sends[4]!, sends[8]!] as { sequence: number }[];
      [one!.sequence, other!.sequence] = [other!.sequence, one!.sequence];
    },
  ],
  [
    'an offset at which nothing is',
    ['gaps'],
    (partition) => {
      unread(partition, 11);
      partition.acks.splice(11, 1);
    },
  ],
  [
    'a reader that goes back',
    ['nonmonotonic'],
    ({ polls }) => {
      (polls[1]!.offsets as number[]).unshift(polls[0]!.offsets[499]!);
      (polls[1]!.values as number[]).unshift(polls[0]!.values[499]!);
    },
  ],
  [
    'a reader that jumps',
    ['skipped'],
    ({ polls }) => {
      (polls[1]!.offsets as number[]).splice(0, 3);
      (polls[1]!.values as number[]).splice(0, 3);
    },
  ],
  [
    'a refused record that was read',
    ['aborted'],
    ({ sends, acks }) => {
      sends[20]!.outcome = 'refused';
      acks.splice(20, 1);
    },
  ],
  [
    'a record nobody sent',
    ['phantom'],
    ({ sends, acks }) => {
      sends.splice(20, 1);
      acks.splice(20, 1);
    },
  ],
  [
    'a record behind one that was sent after its acknowledgement',
    ['realtime'],
    ({ sends }) => {
      const early = sends[30] as { invokedAt: number; completedAt: number };
      early.invokedAt = sends[10]!.invokedAt - 5;
      early.completedAt = sends[10]!.invokedAt - 1;
    },
  ],
  [
    'replicas with other bytes',
    ['diverged'],
    ({ replicas }) => void replicas[2]!.batches[5]!.bytes.write('x'),
  ],
  [
    'a replica that lacks a batch below the high watermark',
    ['diverged'],
    ({ replicas }) => void (replicas[1]!.batches as unknown[]).splice(5, 1),
  ],
  [
    'a commit that goes back',
    ['regressed'],
    ({ commits }) => void commits.push({ group: 'g', offset: 2, reset: false }),
  ],
  [
    'a commit above the end',
    ['beyond'],
    ({ commits }) => void commits.push({ group: 'g', offset: 1e6, reset: false }),
  ],
];

test('a sound history has no fault', () => {
  const verdict = check(soundHistory(6000));
  expect(verdict.findings).toEqual([]);
  expect(isClean(verdict)).toBe(true);
  expect(verdict).toMatchObject({ acked: 6000, read: 6000, longestUnavailabilityMs: 1 });
});

test.each(breakages)('finds %s', (_name, expected, injure) => {
  const history = soundHistory(6000);
  injure(history.partition('t-3'));
  const verdict = check(history);
  expect(anomalyNames.filter((name) => verdict[name] > 0)).toEqual(expected);
  expect(isClean(verdict)).toBe(false);
  expect(verdict.findings.every(({ partition }) => partition === 't-3')).toBe(true);
});

test('what may be there and what may be missing is neither', () => {
  const history = soundHistory(600);
  const partition = history.partition('t-1');
  // Never answered: one is there, one is not; refused and not there.
  const there = partition.sending(50, 9001, 0, 5000);
  partition.sending(51, 9002, 0, 5000);
  partition.refused(partition.sending(52, 9003, 0, 5000), 5001);
  for (const final of partition.finals) {
    (final.offsets as number[]).push(100);
    (final.values as number[]).push(there.value);
  }
  partition.commits.push({ group: 'g', offset: 3, reset: true });
  expect(check(history).findings).toEqual([]);
});

test('what was deleted on purpose is not lost', () => {
  const history = new History();
  const partition = history.partition('t-0');
  for (let offset = 0; offset < 4; offset++) {
    partition.acked(partition.sending(0, offset, offset, offset), offset, offset);
  }
  partition.finals.push({ source: 'protocol', offsets: [2, 3], values: [2, 3], logStart: 2 });
  expect(check(history).findings).toEqual([]);
  partition.finals.push({ source: 'broker 1', offsets: [3], values: [3], logStart: 2 });
  expect(check(history)).toMatchObject({ lost: 1, gaps: 0 });
});

test('a reader may begin anew in another generation', () => {
  const history = soundHistory(600);
  const { polls } = history.partition('t-0');
  polls.push({ reader: 'one', generation: 2, from: 0, offsets: [0, 1], values: [0, 6] });
  expect(check(history).findings).toEqual([]);
});

test('replicas are compared where both still have the log, up to the lower high watermark', () => {
  const history = soundHistory(600);
  const { replicas } = history.partition('t-0');
  const [, second, third] = replicas;
  (second!.batches as unknown[]).splice(0, 40);
  third!.batches[99]!.bytes.write('x');
  (third as { highWatermark: number }).highWatermark = 99;
  expect(check(history).findings).toEqual([]);
});

test('the longest unavailability is that of the partition that waited longest', () => {
  const history = new History();
  const { acked, longest } = { acked: [0, 10, 3010, 3020], longest: 2995 };
  const partition = history.partition('t-0');
  for (const [offset, at] of acked.entries()) {
    partition.acked(
      partition.sending(0, offset, offset, at - (offset === 2 ? 2995 : 5)),
      offset,
      at,
    );
  }
  expect(check(history).longestUnavailabilityMs).toBe(longest);
});

test('one line tells what was looked for', () => {
  expect(verdictLine(check(soundHistory(600)))).toMatch(
    /^acked 600, read 600, lost 0, .*realtime 0, .*longest unavailability 1 ms$/,
  );
});

test('a million records, read five times each, are judged within seconds', () => {
  const history = soundHistory(1_000_000);
  const started = performance.now();
  expect(isClean(check(history))).toBe(true);
  expect(performance.now() - started).toBeLessThan(20_000);
});
