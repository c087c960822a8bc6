import fc from 'fast-check';
import { InvalidProducerEpochError, OutOfOrderSequenceError } from './log-error';
import {
  admitBatch,
  afterBatch,
  REMEMBERED_BATCHES,
  sequenceAfter,
  type ProducerState,
  type SignedBatch,
} from './producer-state';

const LAST = 2 ** 31 - 1;

function signed(epoch: number, first: number, count: number, offset = 0): SignedBatch {
  return {
    producerId: 7,
    producerEpoch: epoch,
    baseSequence: first,
    lastSequence: sequenceAfter(first, count - 1),
    baseOffset: offset,
    lastOffset: offset + count - 1,
    maxTimestamp: 1000 + offset,
    isControl: false,
  };
}

function stateOf(...batches: SignedBatch[]): ProducerState | undefined {
  let state: ProducerState | undefined;
  for (const batch of batches) state = afterBatch(state, batch, 0);
  return state;
}

describe('the next batch', () => {
  test('of an unknown producer may have any sequence', () => {
    expect(admitBatch(undefined, signed(3, 17, 2))).toBeUndefined();
  });

  test('goes on where the last one ended', () => {
    const state = stateOf(signed(0, 0, 3));
    expect(admitBatch(state, signed(0, 3, 1))).toBeUndefined();
    expect(() => admitBatch(state, signed(0, 4, 1))).toThrow(OutOfOrderSequenceError);
    expect(() => admitBatch(state, signed(0, 2, 2))).toThrow(OutOfOrderSequenceError);
  });

  test('goes on at 0 after the largest sequence, also inside a batch', () => {
    expect(admitBatch(stateOf(signed(0, LAST, 1)), signed(0, 0, 1))).toBeUndefined();
    const wrapping = stateOf(signed(0, LAST - 1, 4));
    expect(wrapping?.batches[0]?.lastSequence).toBe(1);
    expect(admitBatch(wrapping, signed(0, 2, 1))).toBeUndefined();
    expect(admitBatch(wrapping, signed(0, LAST - 1, 4))?.firstOffset).toBe(0);
  });

  test('of a new epoch begins at 0', () => {
    const state = stateOf(signed(0, 0, 3));
    expect(admitBatch(state, signed(1, 0, 1))).toBeUndefined();
    expect(() => admitBatch(state, signed(1, 3, 1))).toThrow(OutOfOrderSequenceError);
  });

  test('of an old epoch is refused, even if it repeats one', () => {
    const state = stateOf(signed(0, 0, 3), signed(1, 0, 3, 3));
    expect(() => admitBatch(state, signed(0, 0, 3))).toThrow(InvalidProducerEpochError);
    expect(() => admitBatch(state, signed(0, 3, 1))).toThrow(InvalidProducerEpochError);
  });

  test('after a marker with a new epoch begins at 0', () => {
    const state = stateOf(signed(0, 0, 3), { ...signed(1, -1, 1, 3), isControl: true });
    expect(state).toMatchObject({ epoch: 1, batches: [] });
    expect(() => admitBatch(state, signed(1, 3, 1))).toThrow(OutOfOrderSequenceError);
    expect(admitBatch(state, signed(1, 0, 1))).toBeUndefined();
  });
});

test('a marker leaves the sequences of its epoch alone', () => {
  const state = stateOf(signed(0, 0, 3), { ...signed(0, -1, 1, 3), isControl: true });
  expect(admitBatch(state, signed(0, 3, 1))).toBeUndefined();
  expect(admitBatch(state, signed(0, 0, 3))?.lastOffset).toBe(2);
});

test('errors say what would have been right', () => {
  expect(() => admitBatch(stateOf(signed(2, 0, 3)), signed(2, 9, 1))).toThrow(
    'Producer 7 in epoch 2 sent sequence 9; 3 comes next.',
  );
});

/** Keeps every record ever appended and knows nothing of windows. */
class NaiveLog {
  readonly batches: SignedBatch[] = [];

  verdict(batch: SignedBatch): string {
    const last = this.batches.at(-1);
    if (!last) return 'appended';
    if (batch.producerEpoch < last.producerEpoch) return 'old epoch';
    const ofEpoch = this.batches.filter((b) => b.producerEpoch === batch.producerEpoch);
    const same = ofEpoch
      .slice(-REMEMBERED_BATCHES)
      .find((b) => b.baseSequence === batch.baseSequence && b.lastSequence === batch.lastSequence);
    if (same) return `repeats ${same.baseOffset}`;
    const before = ofEpoch.at(-1)?.lastSequence ?? -1;
    const right = before === LAST ? 0 : before + 1;
    return batch.baseSequence === right ? 'appended' : 'out of order';
  }
}

test('agrees with a log that remembers everything, whatever a producer sends', () => {
  const move = fc.record({
    epochStep: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, -1),
    /** 0 goes on; negative goes back to an earlier batch; positive leaves a gap. */
    jump: fc.constantFrom(0, 0, 0, 0, -1, -2, -5, -6, 1),
    count: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(
      fc.array(move, { maxLength: 60 }),
      fc.constantFrom(0, LAST - 4),
      (moves, firstSequence) => {
        const naive = new NaiveLog();
        let state: ProducerState | undefined;
        let offset = 0;
        for (const { epochStep, jump, count } of moves) {
          const last = naive.batches.at(-1);
          const epoch = Math.max(0, (last?.producerEpoch ?? 0) + epochStep);
          const earlier = jump < 0 ? naive.batches.at(jump) : undefined;
          const next = last
            ? sequenceAfter(last.lastSequence, 1 + Math.max(0, jump))
            : firstSequence;
          const batch: SignedBatch = earlier
            ? { ...earlier, baseOffset: offset, lastOffset: offset + 2 }
            : signed(epoch, epochStep > 0 ? 0 : next, count, offset);
          let verdict: string;
          try {
            const repeated = admitBatch(state, batch);
            verdict = repeated ? `repeats ${repeated.firstOffset}` : 'appended';
          } catch (error) {
            verdict = error instanceof InvalidProducerEpochError ? 'old epoch' : 'out of order';
          }
          expect(verdict).toBe(naive.verdict(batch));
          if (verdict !== 'appended') continue;
          naive.batches.push(batch);
          state = afterBatch(state, batch, 0);
          offset = batch.lastOffset + 1;
          expect(state.batches.length).toBeLessThanOrEqual(REMEMBERED_BATCHES);
        }
      },
    ),
    { numRuns: 500 },
  );
});
