import { Liveness, type LivenessOptions } from './liveness';

const MIB = 1024 * 1024;
const options: LivenessOptions = { maxIdleMs: 600_000, frameTimeoutMs: 30_000 };

describe('a half-sent request', () => {
  test('is given up its timeout after its first byte, however steadily bytes trickle in', () => {
    const liveness = new Liveness(options, 0);
    const overdue: number[] = [];
    for (let now = 1000, bytes = 1; now <= 60_000; now += 1000, bytes += 1000) {
      if (liveness.overdue(now, 0) === 'half-sent-request') overdue.push(now);
      liveness.received(now, bytes);
    }
    expect(overdue[0]).toBe(31_000);
  });

  test('one byte every 29 seconds does not keep it alive', () => {
    const liveness = new Liveness(options, 0);
    liveness.received(0, 1);
    liveness.received(29_000, 2);
    expect(liveness.overdue(29_999, 0)).toBeUndefined();
    expect(liveness.overdue(30_000, 0)).toBe('half-sent-request');
  });

  test('each full MiB buys the time again, a little less does not', () => {
    const liveness = new Liveness(options, 0);
    liveness.received(0, 100);
    liveness.received(29_000, MIB);
    expect(liveness.overdue(58_999, 0)).toBeUndefined();
    liveness.received(58_000, 2 * MIB - 1);
    expect(liveness.overdue(59_000, 0)).toBe('half-sent-request');
    liveness.received(58_999, 4 * MIB);
    expect(liveness.overdue(88_998, 0)).toBeUndefined();
    expect(liveness.overdue(88_999, 0)).toBe('half-sent-request');
  });

  test('has no claim on the time that one before it has bought', () => {
    const liveness = new Liveness(options, 0);
    liveness.received(0, 3 * MIB);
    liveness.frameEnded();
    liveness.received(10_000, 4);
    liveness.received(20_000, MIB);
    expect(liveness.overdue(49_999, 0)).toBeUndefined();
    expect(liveness.overdue(50_000, 0)).toBe('half-sent-request');
  });

  test('is due although other requests are in the works', () => {
    const liveness = new Liveness(options, 0);
    liveness.received(0, 1);
    expect(liveness.overdue(30_000, 5)).toBe('half-sent-request');
  });

  test('the time in which it is not read is not counted, what was used up before is', () => {
    const liveness = new Liveness(options, 0);
    liveness.received(0, 1);
    liveness.paused(20_000);
    expect(liveness.overdue(100_000, 0)).toBeUndefined();
    liveness.resumed(100_000);
    liveness.paused(105_000);
    liveness.resumed(200_000);
    expect(liveness.overdue(204_999, 0)).toBeUndefined();
    expect(liveness.overdue(205_000, 0)).toBe('half-sent-request');
  });
});

describe('silence', () => {
  test('is borne for the idle time, and longer while requests are in the works', () => {
    const liveness = new Liveness(options, 0);
    liveness.received(1000, 0);
    expect(liveness.overdue(600_999, 0)).toBeUndefined();
    expect(liveness.overdue(601_000, 0)).toBe('idle');
    expect(liveness.overdue(601_000, 1)).toBeUndefined();
    liveness.wrote(601_000);
    expect(liveness.overdue(601_000, 0)).toBeUndefined();
  });

  test('after the last word is borne for the timeout of a request', () => {
    const liveness = new Liveness(options, 0);
    liveness.finishing(1000);
    liveness.wrote(2000);
    expect(liveness.overdue(31_999, 0)).toBeUndefined();
    expect(liveness.overdue(32_000, 0)).toBe('not-closed-by-peer');
  });

  test('is borne for ever when the idle time is negative', () => {
    const liveness = new Liveness({ ...options, maxIdleMs: -1 }, 0);
    expect(liveness.overdue(Number.MAX_SAFE_INTEGER, 0)).toBeUndefined();
  });
});
