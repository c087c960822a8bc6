import { backoffMs } from './backoff';
import { delay } from './clock';
import { deferred } from './deferred';
import { describeError, KafkaClassicError } from './error';
import { ManualClock } from './manual-clock';
import { splitList } from './split-list';

describe('ManualClock', () => {
  test('fires timers in order of time, then of creation, at their own time', () => {
    const clock = new ManualClock(1000);
    const fired: string[] = [];
    clock.setTimeout(() => fired.push(`b@${clock.monotonic()}`), 20);
    clock.setTimeout(() => fired.push(`a@${clock.monotonic()}`), 10);
    clock.setTimeout(() => fired.push(`c@${clock.now()}`), 20);
    clock.advance(15);
    expect(fired).toEqual(['a@10']);
    clock.advance(100);
    expect(fired).toEqual(['a@10', 'b@20', 'c@1020']);
    expect(clock.pending).toBe(0);
  });

  test('a timer set by a timer fires in the same advance when due', () => {
    const clock = new ManualClock();
    let fired = 0;
    clock.setTimeout(() => clock.setTimeout(() => fired++, 5), 5);
    clock.advance(10);
    expect(fired).toBe(1);
  });

  test('delay resolves when its time has come', async () => {
    const clock = new ManualClock();
    const done = delay(50, clock);
    clock.advance(50);
    await done;
  });
});

describe('backoffMs', () => {
  const options = { initialMs: 100, maxMs: 1000 };
  test('grows, is capped and spread by jitter', () => {
    expect(backoffMs(options, 0, () => 0.5)).toBe(100);
    expect(backoffMs(options, 2, () => 0.5)).toBe(400);
    expect(backoffMs(options, 0, () => 0)).toBe(80);
    expect(backoffMs(options, 500, () => 1)).toBe(1000);
  });
});

test('deferred resolves from outside', async () => {
  const d = deferred<number>();
  d.resolve(3);
  await expect(d.promise).resolves.toBe(3);
});

test('lists are split at commas', () => {
  expect(splitList(' a,,b c ,')).toEqual(['a', 'b c']);
  expect(splitList(' ')).toEqual([]);
});

test('errors are recognised and described', () => {
  const error = new KafkaClassicError('no disk.', {
    code: 'DISK',
    retriable: false,
    advice: 'Buy one.',
  });
  expect(KafkaClassicError.is(error)).toBe(true);
  expect(KafkaClassicError.is(new Error())).toBe(false);
  expect(describeError(error)).toBe('DISK: no disk. Buy one.');
  expect(describeError('x')).toBe('x');
  expect(describeError(new TypeError())).toBe('TypeError');
  expect(describeError(new AggregateError([new Error('a'), 'b']))).toBe('a, b');
  expect(describeError(new AggregateError([new Error('a')], 'all failed'))).toBe('all failed');
  expect(describeError(new AggregateError([]))).toBe('AggregateError');
});
