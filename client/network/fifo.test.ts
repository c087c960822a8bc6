import fc from 'fast-check';
import { Fifo } from './fifo';

test('behaves as an array that is pushed and shifted', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 3000 }), { maxLength: 12 }), (runs) => {
      const fifo = new Fifo<number>();
      const model: number[] = [];
      let next = 0;
      for (const [turn, count] of runs.entries()) {
        for (let i = 0; i < count; i++) {
          if (turn % 2 === 0) {
            model.push(next);
            fifo.push(next++);
          } else {
            expect(fifo.shift()).toBe(model.shift());
          }
        }
        expect(fifo.length).toBe(model.length);
        expect(fifo.peek()).toBe(model[0]);
        expect([...fifo]).toEqual(model);
      }
    }),
    { seed: 7, numRuns: 20 },
  );
});
