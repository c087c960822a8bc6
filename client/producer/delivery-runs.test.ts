import fc from 'fast-check';
import { somewhere, type DeliveredRecords, type DeliverySink } from './delivery';
import { DeliveryRuns } from './delivery-runs';

const records: DeliveredRecords = {
  topic: 't',
  partition: 0,
  ...somewhere,
  baseOffset: 100,
  report: (record) => ({ topic: 't', partition: 0, offset: 100 + record, timestamp: 0 }),
};

/** Notes which of its indexes was told which record. */
class NotingSink implements DeliverySink {
  calls = 0;
  readonly told: [index: number, record: number][] = [];

  delivered(_: DeliveredRecords, first: number, count: number, index: number): void {
    this.calls++;
    for (let i = 0; i < count; i++) this.told.push([index + i, first + i]);
  }

  failed(_: Error, count: number, index: number): void {
    for (let i = 0; i < count; i++) this.told.push([index + i, -1]);
  }
}

const never = (thrown: unknown): void => {
  throw thrown;
};

test('consecutive records of a sink come in one call', () => {
  const sink = new NotingSink();
  const runs = new DeliveryRuns();
  [0, 1, 2, 5, 6].forEach((index, record) => runs.add(record, sink, index));
  runs.deliver(records, 5, never);
  expect(sink.calls).toBe(2);
  expect(sink.told.map(([index]) => index)).toEqual([0, 1, 2, 5, 6]);
});

test('a sink that throws does not keep the others from being told', () => {
  const runs = new DeliveryRuns();
  const thrower: DeliverySink = { delivered: () => never(new Error('mine')), failed: never };
  const sink = new NotingSink();
  runs.add(0, thrower, 0);
  runs.add(1, sink, 0);
  const thrown: unknown[] = [];
  runs.deliver(records, 2, (error) => thrown.push(error));
  runs.fail(new Error('yours'), 2, (error) => thrown.push(error));
  expect(thrown).toHaveLength(2);
  expect(sink.told).toEqual([
    [0, 1],
    [0, -1],
  ]);
});

test('cut anywhere, every record is told once, with its own number', () => {
  const choices = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(choices, fc.nat(), (owners, where) => {
      const count = owners.length;
      const cut = 1 + (where % (count - 1));
      const sinks = [0, 1, 2].map(() => new NotingSink());
      const next = [0, 0, 0];
      const runs = new DeliveryRuns();
      owners.forEach((owner, record) => runs.add(record, sinks[owner], next[owner]++));
      runs.slice(0, cut, count).deliver(records, cut, never);
      runs.slice(cut, count, count).deliver(records, count - cut, never);
      const expected = [0, 1, 2].map((owner) =>
        owners
          .map((other, record) => ({ other, record: record < cut ? record : record - cut }))
          .filter(({ other }) => other === owner)
          .map(({ record }, index) => [index, record]),
      );
      expect(sinks.map(({ told }) => told)).toEqual(expected);
    }),
  );
});
