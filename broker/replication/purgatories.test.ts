import { ManualClock } from '../../client/runtime/manual-clock';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { Log } from '../log';
import { ConditionPurgatory } from './condition-purgatory';
import { FetchPurgatory } from './fetch-purgatory';
import type { FetchWaiter, WaitsFor, Watched } from './fetch-waiter';
import { ProducePurgatory } from './produce-purgatory';
import { codeOf, settled } from './testing/replica-fixture';

const clock = new ManualClock();

afterEach(() => expect(clock.pending).toBe(0));

describe('produce purgatory', () => {
  const purgatory = new ProducePurgatory(clock);
  const room = purgatory.room();
  afterEach(() => {
    expect(purgatory.size).toBe(0);
    // The room's alarm may still be set, for nobody.
    clock.advance(100);
  });

  test('appends are answered up to the high watermark, in whatever order they came', async () => {
    const done: number[] = [];
    for (const offset of [5, 3, 4, 9]) void room.wait(offset, 100).then(() => done.push(offset));
    room.committed(4);
    await settled();
    expect(done).toEqual([3, 4]);
    expect(purgatory.size).toBe(2);
    room.committed(9);
    await settled();
    expect(done).toEqual([3, 4, 5, 9]);
  });

  test('each has its own time', async () => {
    const short = codeOf(room.wait(1, 10));
    const long = codeOf(room.wait(1, 20));
    clock.advance(10);
    expect(await short).toBe('REQUEST_TIMED_OUT');
    room.committed(1);
    expect(await long).toBe('OK');
  });

  test('an error is everybody’s', async () => {
    const outcomes = [1, 2].map((offset) => codeOf(room.wait(offset, 10)));
    room.failAll(new ProtocolError('NOT_LEADER_OR_FOLLOWER'));
    expect(await Promise.all(outcomes)).toEqual([
      'NOT_LEADER_OR_FOLLOWER',
      'NOT_LEADER_OR_FOLLOWER',
    ]);
    expect(room.isEmpty).toBe(true);
  });
});

describe('condition purgatory', () => {
  const purgatory = new ConditionPurgatory<string>(clock);
  afterEach(() => expect(purgatory.size).toBe(0));

  test('a condition is looked at when something happens to its key', async () => {
    let holds = false;
    const outcome = purgatory.wait('a', () => holds, 100);
    purgatory.check('a');
    holds = true;
    purgatory.check('b');
    expect(purgatory.size).toBe(1);
    purgatory.check('a');
    expect(await outcome).toBe(true);
  });

  test('what holds already, or not in time', async () => {
    expect(await purgatory.wait('a', () => true, 100)).toBe(true);
    const outcome = purgatory.wait('a', () => false, 100);
    clock.advance(100);
    expect(await outcome).toBe(false);
    const ended = purgatory.wait('a', () => false, 100);
    purgatory.completeAll();
    expect(await ended).toBe(false);
  });
});

describe('fetch purgatory', () => {
  const purgatory = new FetchPurgatory(clock);
  afterEach(() => expect([purgatory.size, purgatory.watched]).toEqual([0, 0]));

  class Fake implements Watched {
    leaderEpoch = 1;
    readonly log = {
      logStartOffset: 0,
      highWatermark: 0,
      writtenEndOffset: 0,
      logEndOffset: 0,
      estimateBytes: (from: number, to: number) => 10 * (to - from),
    };
    isServed = true;
    get servedLog(): Log | undefined {
      return this.isServed ? (this.log as Log) : undefined;
    }
    write(count: number, isCommitted = false): void {
      this.log.logEndOffset = this.log.writtenEndOffset += count;
      if (isCommitted) this.log.highWatermark = this.log.logEndOffset;
      purgatory.check(this);
    }
  }

  function wait(
    partitions: Fake[],
    minBytes = 1,
    waitsFor: WaitsFor = 'committed',
    waiter: FetchWaiter = purgatory.waiter(),
  ): jest.Mock {
    const respond = jest.fn();
    waiter.begin();
    for (const partition of partitions)
      waiter.stand(partition, { offset: 0, waitsFor, leaderEpoch: partition.leaderEpoch });
    waiter.wait(minBytes, 100, respond);
    return respond;
  }

  test('followers are woken by what is written, consumers by what is committed', () => {
    const partition = new Fake();
    const follower = wait([partition], 1, 'written');
    const consumer = wait([partition]);
    partition.write(1);
    expect(follower).toHaveBeenCalledTimes(1);
    expect(consumer).not.toHaveBeenCalled();
    partition.write(1, true);
    expect(consumer).toHaveBeenCalledTimes(1);
    expect(follower).toHaveBeenCalledTimes(1);
  });

  test('bytes of several partitions add up', () => {
    const [one, other] = [new Fake(), new Fake()];
    const respond = wait([one, other], 30);
    one.write(2, true);
    expect(respond).not.toHaveBeenCalled();
    other.write(1, true);
    expect(respond).toHaveBeenCalledTimes(1);
  });

  test('one that waits for bytes nobody can count is answered, and the others hear as well', () => {
    const partition = new Fake();
    const hungry = wait([partition], 30);
    const modest = wait([partition]);
    partition.log.estimateBytes = () => {
      throw new Error('EIO');
    };
    partition.write(1, true);
    expect(hungry).toHaveBeenCalledTimes(1);
    expect(modest).toHaveBeenCalledTimes(1);
  });

  test.each([
    ['another epoch', (partition: Fake) => (partition.leaderEpoch = 2)],
    ['nobody to serve it', (partition: Fake) => (partition.isServed = false)],
    ['records deleted', (partition: Fake) => (partition.log.logStartOffset = 1)],
    ['records taken back', (partition: Fake) => (partition.log.logEndOffset = -1)],
  ])('answers at once: %s', (_what, happens) => {
    const partition = new Fake();
    const respond = wait([partition], 1000);
    happens(partition);
    purgatory.check(partition);
    expect(respond).toHaveBeenCalledTimes(1);
  });

  test('says whether anything has happened', () => {
    const partition = new Fake();
    const quiet = wait([partition]);
    clock.advance(100);
    expect(quiet).toHaveBeenCalledWith(false);
    const uncommitted = wait([partition]);
    partition.write(1);
    clock.advance(100);
    expect(uncommitted).toHaveBeenCalledWith(true);
  });

  test('the time, or the end of the broker, answers once', () => {
    const partition = new Fake();
    const late = wait([partition]);
    clock.advance(100);
    expect(late).toHaveBeenCalledTimes(1);
    const stopped = wait([partition, new Fake()]);
    purgatory.completeAll();
    expect(stopped).toHaveBeenCalledTimes(1);
    partition.write(1, true);
    expect(stopped).toHaveBeenCalledTimes(1);
  });

  test('what has happened before the wait answers at once', () => {
    const partition = new Fake();
    partition.write(1, true);
    expect(wait([partition])).toHaveBeenCalledWith(true);
  });

  describe('of a session', () => {
    let waiter: FetchWaiter;
    beforeEach(() => (waiter = purgatory.sessionWaiter()));
    afterEach(() => waiter.close());

    const waitAgain = (...partitions: Fake[]) => wait(partitions, 1, 'committed', waiter);

    test('partitions stay watched until something happens to them between two waits', () => {
      const [busy, idle] = [new Fake(), new Fake()];
      waitAgain(busy, idle);
      clock.advance(100);
      expect(purgatory.watched).toBe(2);
      busy.write(1);
      expect(purgatory.watched).toBe(1);
      const again = waitAgain(busy, idle);
      expect(purgatory.watched).toBe(2);
      idle.write(1, true);
      expect(again).toHaveBeenCalledTimes(1);
    });

    test('partitions it does not fetch any more are not watched', () => {
      const [kept, dropped] = [new Fake(), new Fake()];
      waitAgain(kept, dropped);
      clock.advance(100);
      const respond = waitAgain(kept);
      expect(purgatory.watched).toBe(1);
      dropped.write(1, true);
      expect(respond).not.toHaveBeenCalled();
    });

    test('the next request answers one that still waits', () => {
      const partition = new Fake();
      const first = waitAgain(partition);
      const second = waitAgain(partition);
      expect(first).toHaveBeenCalledWith(true);
      expect(second).not.toHaveBeenCalled();
      expect(purgatory.size).toBe(1);
    });

    test('its end answers and leaves nothing, also of requests still under way', () => {
      const partition = new Fake();
      const respond = waitAgain(partition);
      waiter.close();
      expect(respond).toHaveBeenCalledWith(true);
      expect(purgatory.watched).toBe(0);
      waitAgain(partition);
      clock.advance(100);
      expect(purgatory.watched).toBe(0);
    });
  });
});
