import fc from 'fast-check';
import { ManualClock } from '../../client/runtime/manual-clock';
import { ReplicationQuota, UNLIMITED } from './replication-quota';
import { listsReplica } from './throttled-replicas';

const listed = { topic: 't', partition: 0 };
const other = { topic: 't', partition: 1 };

function quotaAt(bytesPerSecond: number) {
  const clock = new ManualClock();
  const config = { bytesPerSecond, windows: 11, windowSeconds: 1 };
  const quota = new ReplicationQuota({
    clock,
    config,
    isListed: ({ partition }) => partition === 0,
  });
  return { clock, config, quota };
}

describe('a throttle of replication', () => {
  test('lets pass what is worth one window, then as much as the rate allows', () => {
    const { clock, quota } = quotaAt(1000);
    quota.record(listed, 999);
    expect(quota.isExceeded).toBe(false);
    quota.record(listed, 2001);
    expect(quota.isExceeded).toBe(true);
    clock.advance(2000);
    expect(quota.isExceeded).toBe(true);
    clock.advance(1);
    expect(quota.isExceeded).toBe(false);
  });

  test('counts listed partitions only, and none while there is no limit', () => {
    const { config, quota } = quotaAt(1000);
    expect([quota.isThrottled(listed), quota.isThrottled(other)]).toEqual([true, false]);
    quota.record(other, 5000);
    expect(quota.isExceeded).toBe(false);
    config.bytesPerSecond = UNLIMITED;
    quota.record(listed, 5000);
    expect([quota.isThrottled(listed), quota.isExceeded]).toEqual([false, false]);
    config.bytesPerSecond = 1000;
    expect(quota.isExceeded).toBe(false);
  });

  test('a higher rate pays debts sooner, a lower one takes nothing back', () => {
    const { clock, config, quota } = quotaAt(1000);
    quota.record(listed, 11_000);
    config.bytesPerSecond = 10_000;
    expect(quota.isExceeded).toBe(true);
    clock.advance(1001);
    expect(quota.isExceeded).toBe(false);
    config.bytesPerSecond = 1;
    expect(quota.isExceeded).toBe(false);
  });

  test('does not save up while nothing is copied', () => {
    const { clock, quota } = quotaAt(1000);
    quota.record(listed, 1);
    clock.advance(3_600_000);
    quota.record(listed, 1000);
    expect(quota.isExceeded).toBe(true);
  });

  test('a rate of 0 stops everything', () => {
    const { clock, quota } = quotaAt(0);
    clock.advance(60_000);
    expect(quota.isExceeded).toBe(true);
  });

  test('whoever copies when it allows it stays at the rate, but for one window and one fetch', () => {
    const steps = fc.array(
      fc.record({ wait: fc.integer({ min: 0, max: 3000 }), bytes: fc.integer({ max: 50_000 }) }),
      { minLength: 1, maxLength: 200 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), steps, (rate, fetches) => {
        const { clock, quota } = quotaAt(rate);
        const start = clock.monotonic();
        let copied = 0;
        let largest = 0;
        for (const { wait, bytes } of fetches) {
          clock.advance(wait);
          if (quota.isExceeded || bytes <= 0) continue;
          quota.record(listed, bytes);
          copied += bytes;
          largest = Math.max(largest, bytes);
        }
        const elapsed = (clock.monotonic() - start) / 1000;
        expect(copied).toBeLessThanOrEqual(rate * (elapsed + 1) + largest + 1e-6);
      }),
    );
  });
});

test.each<[string[], boolean]>([
  [[], false],
  [['*'], true],
  [['0:1', '3:2'], true],
  [['3:1', '0:2'], false],
])('a list of throttled replicas: %j', (list, isListed) => {
  expect(listsReplica(list, 3, 2)).toBe(isListed);
  expect(listsReplica(list, 3, 2)).toBe(isListed);
});
