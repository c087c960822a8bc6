import { ReplicaProgress } from './replica-progress';

const LAG = 30;

function follower(inSync: boolean): ReplicaProgress {
  const progress = new ReplicaProgress(2);
  progress.epochBegins(0, 100, inSync);
  return progress;
}

function fetch(
  progress: ReplicaProgress,
  fetchOffset: number,
  leaderEndOffset: number,
  now: number,
) {
  progress.fetched({ fetchOffset, logStartOffset: 0 }, 7, leaderEndOffset, now);
}

test('one that asks for the end is caught up, whenever that was', () => {
  const progress = follower(false);
  expect(progress.isCaughtUp(100, 0, LAG)).toBe(false);
  fetch(progress, 100, 100, 10);
  expect(progress.isCaughtUp(100, 10_000, LAG)).toBe(true);
  expect(progress.isCaughtUp(101, 40, LAG)).toBe(true);
  expect(progress.isCaughtUp(101, 41, LAG)).toBe(false);
});

test('one that keeps pace is caught up although the leader is always ahead', () => {
  const progress = follower(true);
  for (let now = 10; now < 1000; now += 10) fetch(progress, now, now + 10, now);
  expect(progress.isCaughtUp(1010, 1000, LAG)).toBe(true);
});

test('one that falls further behind is not', () => {
  const progress = follower(true);
  for (let now = 10; now < 1000; now += 10) fetch(progress, now, 2 * now, now);
  expect(progress.isCaughtUp(2000, 1000, LAG)).toBe(false);
});

test('the first fetch of one that is far behind does not make it caught up', () => {
  const progress = follower(false);
  fetch(progress, 0, 100, 1);
  expect(progress.isCaughtUp(100, 1, LAG)).toBe(false);
});

test('a member of the ISR has the full time to show up', () => {
  const progress = follower(true);
  expect(progress.isCaughtUp(100, LAG, LAG)).toBe(true);
  expect(progress.isCaughtUp(100, LAG + 1, LAG)).toBe(false);
});

test('a new epoch keeps what is known, and gives members of the ISR their time again', () => {
  const progress = follower(true);
  fetch(progress, 50, 100, 5);
  progress.epochBegins(1000, 100, true);
  expect(progress.logEndOffset).toBe(50);
  expect(progress.isCaughtUp(100, 1000, LAG)).toBe(true);
  progress.epochBegins(2000, 100, false);
  expect(progress.isCaughtUp(100, 2000, LAG)).toBe(false);
});
