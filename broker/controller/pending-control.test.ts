import fc from 'fast-check';
import type { LeadershipEntry, PartitionSnapshot } from './control-entry';
import { PendingControl } from './pending-control';

const snapshot = (
  topic: string,
  leaderEpoch: number,
  more: Partial<PartitionSnapshot> = {},
): PartitionSnapshot => ({
  topic,
  topicId: `id-of-${topic}`,
  partition: 0,
  controllerEpoch: 1,
  leader: 1,
  leaderEpoch,
  isr: [1],
  partitionEpoch: leaderEpoch,
  replicas: [1],
  addingReplicas: [],
  removingReplicas: [],
  isRecovering: false,
  offlineReplicas: [],
  ...more,
});
const lead = (topic: string, leaderEpoch: number, isNew = false): LeadershipEntry => ({
  ...snapshot(topic, leaderEpoch),
  isNew,
});
const stop = (topic: string, deletePartition: boolean) => ({
  topic,
  partition: 0,
  leaderEpoch: 0,
  deletePartition,
});

/** Past the first, full round. */
function begun(): PendingControl {
  const pending = new PendingControl();
  pending.addLeadership([]);
  pending.addMetadata([]);
  pending.takeRound();
  return pending;
}

test('nothing is said before everything can be said', () => {
  const pending = new PendingControl();
  expect(pending.takeRound()).toBeUndefined();
  pending.addLeadership([]);
  expect(pending.takeRound()).toEqual({
    leadership: { isFull: true, entries: [] },
    metadata: undefined,
    stops: [],
  });
  pending.addMetadata([snapshot('t', 0)]);
  expect(pending.takeRound()?.metadata).toEqual({ isFull: true, entries: [snapshot('t', 0)] });
  expect(pending.takeRound()).toBeUndefined();
});

test('of each partition only the newest is said, but that it is new is not forgotten', () => {
  const pending = begun();
  pending.addLeadership([lead('t', 0, true), lead('u', 0)]);
  pending.addLeadership([lead('t', 1)]);
  pending.addMetadata([snapshot('t', 0)]);
  pending.addMetadata([snapshot('t', 1)]);
  expect(pending.takeRound()).toEqual({
    leadership: { isFull: false, entries: [lead('t', 1, true), lead('u', 0)] },
    metadata: { isFull: false, entries: [snapshot('t', 1)] },
    stops: [],
  });
});

test('what was not delivered is said again, unless there is something newer', () => {
  const pending = begun();
  pending.addLeadership([lead('t', 0, true), lead('u', 0)]);
  pending.addMetadata([snapshot('t', 0), snapshot('u', 0)]);
  const round = pending.takeRound()!;
  pending.addLeadership([lead('t', 1)]);
  pending.addMetadata([snapshot('t', 1)]);
  pending.putBackLeadership(round.leadership!);
  pending.putBackMetadata(round.metadata!);
  const again = pending.takeRound()!;
  expect(again.leadership?.entries).toEqual([lead('t', 1, true), lead('u', 0)]);
  expect(again.metadata?.entries).toEqual([snapshot('u', 0), snapshot('t', 1)]);
});

test('what was not delivered in full is said again in full', () => {
  const pending = new PendingControl();
  pending.addLeadership([lead('t', 0)]);
  pending.addMetadata([snapshot('t', 0)]);
  const round = pending.takeRound()!;
  pending.addLeadership([lead('u', 0)]);
  pending.putBackLeadership(round.leadership!);
  pending.putBackMetadata(round.metadata!);
  expect(pending.takeRound()).toEqual({
    leadership: { isFull: true, entries: [lead('u', 0), lead('t', 0)] },
    metadata: { isFull: true, entries: [snapshot('t', 0)] },
    stops: [],
  });
});

test('a stop takes the place of instructions, and they of it', () => {
  const pending = begun();
  pending.addLeadership([lead('t', 0)]);
  pending.addStops([stop('t', false)]);
  expect(pending.takeRound()).toMatchObject({ leadership: undefined, stops: [stop('t', false)] });
  pending.addStops([stop('t', false)]);
  pending.addLeadership([lead('t', 1)]);
  expect(pending.takeRound()).toMatchObject({ leadership: { entries: [lead('t', 1)] }, stops: [] });
});

test('a deletion is carried out before the partition is there again', () => {
  const pending = begun();
  pending.addStops([stop('t', true)]);
  pending.addLeadership([lead('t', 0, true)]);
  const first = pending.takeRound()!;
  expect(first).toMatchObject({ leadership: undefined, stops: [stop('t', true)] });
  pending.putBackStops(first.stops);
  expect(pending.takeRound()).toMatchObject({ leadership: undefined, stops: [stop('t', true)] });
  expect(pending.takeRound()?.leadership?.entries).toEqual([lead('t', 0, true)]);
});

test('also when everything has to be said: the deletion goes first', () => {
  const pending = new PendingControl();
  pending.addLeadership([lead('t', 3), lead('u', 3)]);
  pending.addMetadata([]);
  pending.addStops([stop('t', true), stop('u', true)]);
  // The topic t was made again.
  pending.addLeadership([lead('t', 0, true)]);
  const first = pending.takeRound()!;
  expect(first).toEqual({ leadership: undefined, metadata: undefined, stops: [stop('t', true)] });
  pending.putBackStops(first.stops);
  expect(pending.takeRound()).toEqual(first);
  expect(pending.takeRound()).toMatchObject({
    leadership: { isFull: true, entries: [lead('t', 0, true), lead('u', 3)] },
    stops: [stop('u', true)],
  });
});

test('what was made again while its deletion was on the way waits for it all the same', () => {
  const pending = new PendingControl();
  pending.addLeadership([lead('t', 3)]);
  pending.addStops([stop('t', true)]);
  const round = pending.takeRound()!;
  expect(round).toMatchObject({ leadership: { entries: [lead('t', 3)] }, stops: [{}] });
  pending.addLeadership([lead('t', 0, true)]);
  pending.putBackLeadership(round.leadership!);
  pending.putBackStops(round.stops);
  expect(pending.takeRound()).toMatchObject({ leadership: undefined, stops: [stop('t', true)] });
  expect(pending.takeRound()).toMatchObject({
    leadership: { isFull: true, entries: [lead('t', 0, true)] },
    stops: [],
  });
});

test('a stop that was not delivered is not repeated once the partition is needed again', () => {
  const pending = begun();
  pending.addStops([stop('t', false), stop('u', false)]);
  const { stops } = pending.takeRound()!;
  pending.addLeadership([lead('t', 1)]);
  pending.putBackStops(stops);
  expect(pending.takeRound()).toMatchObject({
    leadership: { entries: [lead('t', 1)] },
    stops: [stop('u', false)],
  });
});

test('a topic that took the name of a deleted one comes after it', () => {
  const pending = begun();
  const gone = snapshot('t', -2, { topicId: 'old', leader: -2 });
  pending.addMetadata([snapshot('t', 3, { topicId: 'old' })]);
  const round = pending.takeRound()!;
  pending.addMetadata([gone]);
  pending.addMetadata([snapshot('t', 0)]);
  pending.putBackMetadata(round.metadata!);
  expect(pending.takeRound()?.metadata?.entries).toEqual([gone, snapshot('t', 0)]);
});

test('whatever is delivered or not, a broker knows the newest in the end', () => {
  const topics = ['a', 'b', 'c'];
  const step = fc.oneof(
    fc.record({ add: fc.constantFrom(...topics) }),
    fc.record({ delivered: fc.boolean() }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const pending = begun();
      const newest = new Map<string, number>();
      const heard = new Map<string, number>();
      const send = (delivered: boolean) => {
        const round = pending.takeRound();
        if (!round?.leadership) return;
        // Whether it was heard or not, the controller may not know.
        for (const { topic, leaderEpoch } of round.leadership.entries) {
          if (delivered || leaderEpoch % 2) {
            expect(leaderEpoch).toBeGreaterThanOrEqual(heard.get(topic) ?? 0);
            heard.set(topic, leaderEpoch);
          }
        }
        if (!delivered) pending.putBackLeadership(round.leadership);
      };
      for (const [index, one] of steps.entries()) {
        if ('add' in one) {
          newest.set(one.add, index);
          pending.addLeadership([lead(one.add, index)]);
        } else send(one.delivered);
      }
      send(true);
      expect(heard).toEqual(newest);
    }),
  );
});
