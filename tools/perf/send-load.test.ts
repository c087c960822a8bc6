import type { DeliveryCallback } from '../../client/producer';
import { ManualClock } from '../../client/runtime/manual-clock';
import { SendLoad } from './send-load';
import { SendStatistics } from './send-statistics';
import { ThroughputThrottle } from './throughput-throttle';

const report = { topic: 't', partition: 0, offset: 0, timestamp: 0 };

function load(records: number, perSecond: number, signal: AbortSignal) {
  const clock = new ManualClock();
  const waiting: DeliveryCallback[] = [];
  const produceCallback = (_t: unknown, _v: unknown, _k: unknown, tell?: DeliveryCallback) =>
    waiting.push(tell as DeliveryCallback) > 0;
  const statistics = new SendStatistics(0);
  const run = new SendLoad({
    producer: { produceCallback, drained: () => Promise.resolve() },
    ...{ topic: 't', records, payloads: () => Buffer.alloc(10), statistics, signal },
    throttle: new ThroughputThrottle(perSecond, clock.monotonic()),
    clock,
  });
  return { run, waiting };
}

test('what was sent counts as unacknowledged until it has arrived or failed', async () => {
  const { run, waiting } = load(3, -1, new AbortController().signal);
  await run.run();
  expect(run.unacknowledged).toBe(3);
  waiting[0](undefined, report);
  waiting[1](new Error('no'), undefined);
  expect(run.unacknowledged).toBe(1);
  expect([...run.failures]).toEqual([['no', 1]]);
});

test('the signal ends it, also while it waits for its turn', async () => {
  const abort = new AbortController();
  // The second record would have its turn after ten minutes.
  const { run, waiting } = load(2, 1 / 600, abort.signal);
  const done = run.run();
  expect(waiting).toHaveLength(1);
  abort.abort();
  await done;
  expect(run.unacknowledged).toBe(1);
});
