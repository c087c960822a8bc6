import { deferred, type Deferred } from '../../../../client/runtime/deferred';
import { ManualClock } from '../../../../client/runtime/manual-clock';
import { CommitRounds } from './commit-rounds';

let clock: ManualClock;
let rounds: CommitRounds;
let turns: (() => void)[];
let log: string[];

beforeEach(() => {
  clock = new ManualClock();
  turns = [];
  rounds = new CommitRounds(clock, (callback) => turns.push(callback));
  log = [];
});

/** The end of a turn of the event loop. */
async function turn(): Promise<void> {
  for (const callback of turns.splice(0)) callback();
  await settled();
}

async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

/** A partition that says when it writes, and is done when told. */
class Writer {
  readonly writes: Deferred<void>[] = [];
  private readonly write = () => {
    log.push(this.name);
    const done = deferred();
    this.writes.push(done);
    return done.promise;
  };

  constructor(private readonly name: string) {}

  join(): void {
    rounds.join(this.write);
  }

  async done(): Promise<void> {
    this.writes.shift()?.resolve();
    await settled();
  }
}

it('writes at the end of the turn when nothing is under way', async () => {
  const a = new Writer('a');
  a.join();
  expect(log).toEqual([]);
  await turn();
  expect(log).toEqual(['a']);
});

it('gathers what comes meanwhile, of all, for the next round', async () => {
  const [a, b, c] = [new Writer('a'), new Writer('b'), new Writer('c')];
  a.join();
  b.join();
  await turn();
  c.join();
  await a.done();
  a.join();
  await turn();
  expect(log).toEqual(['a', 'b']);
  await b.done();
  expect(log).toEqual(['a', 'b', 'c', 'a']);
});

it('waits once, and not for long, for one that is slow', async () => {
  const [slow, quick] = [new Writer('slow'), new Writer('quick')];
  slow.join();
  await turn();
  quick.join();
  await turn();
  clock.advance(19);
  await turn();
  expect(log).toEqual(['slow']);
  clock.advance(1);
  await turn();
  expect(log).toEqual(['slow', 'quick']);
  slow.join();
  await quick.done();
  await turn();
  expect(log).toEqual(['slow', 'quick', 'slow']);
  // It is still not done with the first, so nobody waits for it.
  quick.join();
  await turn();
  expect(log).toEqual(['slow', 'quick', 'slow', 'quick']);
  for (const writer of [slow, slow, quick]) await writer.done();
  slow.join();
  await turn();
  quick.join();
  await turn();
  expect(log).toEqual(['slow', 'quick', 'slow', 'quick', 'slow']);
});
