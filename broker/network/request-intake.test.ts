import * as fc from 'fast-check';
import { ManualClock } from '../../client/runtime/manual-clock';
import { Liveness } from './liveness';
import { FrameBuffers } from '../../client/protocol/frame-buffers';
import { RequestBudget } from './request-budget';
import { RequestIntake } from './request-intake';

const KIB = 1024;
const CHUNK = 64 * KIB;
const options = {
  maxRequestBytes: 100 * KIB * KIB,
  maxInFlightRequests: 100,
  maxWriteQueueBytes: 1,
  maxIdleMs: 600_000,
  frameTimeoutMs: 30_000,
};

function frame(bytes: number): Buffer {
  const buffer = Buffer.alloc(4 + bytes);
  buffer.writeUInt32BE(bytes);
  return buffer;
}

/** A peer that has much to say, and the intake that listens to it when it likes. */
class Peer {
  readonly clock = new ManualClock();
  readonly liveness = new Liveness(options, 0);
  readonly inWorks: Buffer[] = [];
  taken = 0;
  reading = false;
  readonly intake: RequestIntake;
  private unsent: Buffer;

  constructor(
    private readonly budget: RequestBudget,
    frames: readonly number[],
  ) {
    this.unsent = Buffer.concat(frames.map(frame));
    const { inWorks } = this;
    this.intake = new RequestIntake(
      { pause: () => (this.reading = false), resume: () => (this.reading = true) },
      { options, clock: this.clock, budget, frames: new FrameBuffers() },
      this.liveness,
      {
        take: (taken) => {
          this.taken++;
          inWorks.push(taken);
        },
        onFrameProblem: () => {
          throw new Error('should not happen');
        },
      },
      {
        get inFlight() {
          return inWorks.length;
        },
        flush: () => {},
      },
    );
    this.intake.start();
  }

  get done(): boolean {
    return this.unsent.length === 0 && this.inWorks.length === 0;
  }

  /** Says more, if it is listened to. */
  send(bytes: number): void {
    if (!this.reading || this.unsent.length === 0) return;
    const chunk = this.unsent.subarray(0, bytes);
    this.unsent = this.unsent.subarray(bytes);
    this.intake.receive(chunk);
  }

  /** Says all it may. */
  sendAll(): void {
    while (this.reading && this.unsent.length > 0) this.send(CHUNK);
  }

  /** The oldest request in the works gets its answer. */
  answer(): void {
    const answered = this.inWorks.shift();
    if (!answered) return;
    this.budget.give(answered.length);
    this.intake.onAnswered();
  }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('what is on its way', () => {
  test('counts beyond 64 KiB, until it is taken', () => {
    const budget = new RequestBudget(1000 * KIB);
    const peer = new Peer(budget, [300 * KIB]);
    peer.send(CHUNK);
    expect(budget.arrivingBytes).toBe(0);
    peer.send(CHUNK);
    peer.send(CHUNK);
    expect(budget.arrivingBytes).toBe(128 * KIB);
    peer.sendAll();
    expect([budget.arrivingBytes, budget.heldBytes]).toEqual([0, 300 * KIB]);
  });

  test('counts while it is kept, and is taken when there is room', async () => {
    const budget = new RequestBudget(1000 * KIB);
    const peer = new Peer(budget, [300 * KIB]);
    for (let i = 0; i < 4; i++) peer.send(CHUNK);
    budget.take(1000 * KIB);
    peer.sendAll();
    expect([peer.taken, peer.reading]).toEqual([0, false]);
    expect(budget.arrivingBytes).toBe(236 * KIB);
    budget.give(1000 * KIB);
    await nextTurn();
    expect([peer.taken, peer.reading]).toEqual([1, true]);
    expect(budget.arrivingBytes).toBe(0);
  });

  test('counts no more when the connection ends', () => {
    const budget = new RequestBudget(1000 * KIB);
    const peer = new Peer(budget, [300 * KIB]);
    for (let i = 0; i < 3; i++) peer.send(CHUNK);
    peer.intake.stop();
    expect(budget.arrivingBytes).toBe(0);
    peer.intake.receive(Buffer.alloc(CHUNK));
    expect([budget.arrivingBytes, peer.taken]).toEqual([0, 0]);
  });
});

describe('when half-arrived requests have used up the budget', () => {
  const limit = 1000 * KIB;

  /** Connections in the middle of large requests, all but the first unheard. */
  function halfway(count: number): { budget: RequestBudget; peers: Peer[] } {
    const budget = new RequestBudget(limit);
    const peers = Array.from({ length: count }, () => new Peer(budget, [900 * KIB]));
    while (!budget.exhausted) for (const peer of peers) peer.send(CHUNK);
    for (const peer of peers) peer.send(CHUNK);
    return { budget, peers };
  }

  const heard = (peers: Peer[]) => peers.filter(({ reading }) => reading).length;

  test('one is read to its end, then the next, and all are taken', async () => {
    const { budget, peers } = halfway(10);
    expect(heard(peers)).toBe(1);
    for (let rounds = 1; !peers.every(({ done }) => done); rounds++) {
      for (const peer of peers) peer.sendAll();
      expect(budget.heldBytes).toBeLessThan(limit + 900 * KIB);
      expect(peers.filter(({ taken }) => taken > 0).length).toBeGreaterThanOrEqual(rounds);
      for (const peer of peers) peer.answer();
      await nextTurn();
    }
    expect([budget.heldBytes, budget.arrivingBytes]).toEqual([0, 0]);
  });

  test('the next has its turn when the one that is read ends instead', async () => {
    const { peers } = halfway(10);
    const [silent] = peers.filter(({ reading }) => reading);
    silent.clock.advance(30_000);
    expect(silent.liveness.overdue(30_000, 0)).toBe('half-sent-request');
    for (const other of peers.filter((peer) => peer !== silent)) {
      expect(other.liveness.overdue(30_000, 0)).toBeUndefined();
    }
    silent.intake.stop();
    await nextTurn();
    expect(heard(peers.filter((peer) => peer !== silent))).toBeGreaterThan(0);
  });

  test('the next has its turn when the one that is read does not take its answers', async () => {
    const { peers } = halfway(10);
    const [one] = peers.filter(({ reading }) => reading);
    one.intake.onWriteQueueFull();
    expect(one.reading).toBe(false);
    await nextTurn();
    expect(heard(peers)).toBe(1);
    const [other] = peers.filter(({ reading }) => reading);
    one.intake.onDrain();
    expect([one.reading, other.reading]).toEqual([false, true]);
  });

  test('one that cannot be read when its turn comes passes it on', async () => {
    const { peers } = halfway(3);
    const [one] = peers.filter(({ reading }) => reading);
    const [second, third] = peers.filter(({ reading }) => !reading);
    second.intake.onWriteQueueFull();
    one.intake.onWriteQueueFull();
    await nextTurn();
    await nextTurn();
    expect(peers.map(({ reading }) => reading)).toEqual(peers.map((peer) => peer === third));
  });

  test('small requests get through', () => {
    const { budget } = halfway(10);
    const small = new Peer(budget, [100, 60 * KIB, 30 * KIB]);
    while (!small.done) {
      small.sendAll();
      small.answer();
    }
    expect(small.taken).toBe(3);
  });
});

test('whatever comes in whatever order: all is taken, within the bounds', async () => {
  const limit = 400 * KIB;
  const largest = 300 * KIB;
  const frames = fc.array(fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.constant(largest)), {
    minLength: 1,
    maxLength: 6,
  });
  const step = fc.record({
    peer: fc.nat(),
    act: fc.constantFrom('send', 'send', 'send', 'answer'),
    bytes: fc.integer({ min: 1, max: CHUNK }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(frames, { minLength: 1, maxLength: 8 }),
      fc.array(step, { maxLength: 200 }),
      async (connections, steps) => {
        const budget = new RequestBudget(limit);
        const peers = connections.map((sizes) => new Peer(budget, sizes));
        const slack = connections.length * 2 * CHUNK;
        const check = () => {
          expect(budget.heldBytes).toBeLessThan(limit + largest + slack);
          expect(budget.heldBytes + budget.arrivingBytes).toBeLessThan(
            2 * (limit + largest) + slack,
          );
        };
        for (const { peer, act, bytes } of steps) {
          const one = peers[peer % peers.length];
          if (act === 'send') one.send(bytes);
          else one.answer();
          check();
          if (bytes % 3 === 0) await nextTurn();
        }
        for (let rounds = 0; !peers.every(({ done }) => done); rounds++) {
          expect(rounds).toBeLessThan(1000);
          for (const peer of peers) {
            peer.sendAll();
            check();
          }
          for (const peer of peers) peer.answer();
          await nextTurn();
        }
        expect([budget.heldBytes, budget.arrivingBytes]).toEqual([0, 0]);
        expect(peers.map(({ taken }) => taken)).toEqual(connections.map(({ length }) => length));
      },
    ),
    { numRuns: 150, seed: 7 },
  );
});
