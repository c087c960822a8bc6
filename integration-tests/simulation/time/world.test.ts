import { randomUUID } from 'node:crypto';
import { delay } from '../../../client/runtime/clock';
import { SeededRandom } from '../../harness/seeded-random';
import { deterministically } from './determinism';
import { SimProcess } from './sim-process';
import { World } from './world';

test('events happen at their time, those of one moment in the order of their making', async () => {
  const world = new World();
  const seen: string[] = [];
  const note = (what: string) => () => seen.push(`${world.now} ${what}`);
  world.after(5, note('c'));
  world.after(2, note('a'));
  world.after(5, note('d'));
  const cancelled = world.after(3, note('never'));
  world.after(2, () => world.after(1, note('b')));
  world.cancel(cancelled);
  expect(await world.run(4)).toBe(false);
  expect(seen).toEqual(['2 a', '3 b']);
  expect(world.now).toBe(4);
  await world.run(10);
  expect(seen).toEqual(['2 a', '3 b', '5 c', '5 d']);
  expect(world.now).toBe(10);
});

test('all that follows from an event happens before the next one', async () => {
  const world = new World();
  const seen: string[] = [];
  await deterministically(
    world,
    () => 0.5,
    async () => {
      world.after(1, () => {
        void (async () => {
          for (let i = 0; i < 3; i++) await Promise.resolve();
          process.nextTick(() =>
            setImmediate(() => void Promise.resolve().then(() => seen.push('first'))),
          );
        })();
      });
      world.after(1, () => seen.push('second'));
      await world.run(2);
    },
  );
  expect(seen).toEqual(['first', 'second']);
});

test('it ends when a condition holds, with what follows from the last event done', async () => {
  const world = new World();
  let done = false;
  void delay(100, world.clock).then(() => (done = true));
  expect(await world.run(1000, () => done)).toBe(true);
  expect(world.now).toBe(100);
});

test('what a callback throws ends the run', async () => {
  const world = new World();
  world.after(1, () => {
    throw new Error('broken');
  });
  await expect(world.run(10)).rejects.toThrow('broken');
});

test('who goes round in circles is found out', async () => {
  const world = new World();
  const again = () => world.immediate(again);
  again();
  await expect(world.run(10)).rejects.toThrow('Time stands still');
});

test('a paused process sees nothing until it goes on, then all in its order', async () => {
  const world = new World();
  const paused = new SimProcess(world, 'broker 1');
  const seen: string[] = [];
  const note = (what: string) => () => seen.push(`${world.now} ${what}`);
  paused.clock.setTimeout(note('timer'), 10);
  const second = paused.clock.setTimeout(note('never'), 30);
  world.after(20, () => paused.deliver(note('bytes')));
  paused.pause();
  await world.run(50);
  expect(seen).toEqual([]);
  paused.resume();
  paused.clock.clearTimeout(second);
  await world.run(51);
  expect(seen).toEqual(['50 timer', '50 bytes']);
});

test('nothing reaches a dead process, nothing it wanted happens', async () => {
  const world = new World();
  const dead = new SimProcess(world, 'broker 1');
  const seen: string[] = [];
  dead.clock.setTimeout(() => seen.push('timer'), 10);
  dead.onEnd(() => seen.push('ended'));
  dead.kill();
  dead.deliver(() => seen.push('bytes'));
  await world.run(50);
  expect(seen).toEqual(['ended']);
});

test('randomness comes from the seed, the machine is not asked', async () => {
  const draw = () => deterministically(new World(), seeded(), () => Promise.resolve(randomUUID()));
  const seeded = () => {
    const random = new SeededRandom(7);
    return () => random.next();
  };
  const real = randomUUID();
  expect(await draw()).toBe(await draw());
  expect(await draw()).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
  expect(randomUUID()).not.toBe(real);
  const cheat = () => Promise.resolve(Date.now());
  await expect(
    deterministically(
      new World(),
      () => 0,
      async () => cheat(),
    ),
  ).rejects.toThrow('Date.now');
});
