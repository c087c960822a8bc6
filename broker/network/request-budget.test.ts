import { RequestBudget, type BudgetWaiter, type Want } from './request-budget';

/** Budget of 100 bytes, and waiters that say when they are told. */
function setUp() {
  const budget = new RequestBudget(100);
  const told: string[] = [];
  const waiter = (name: string): BudgetWaiter => ({ onTurn: () => void told.push(name) });
  const waiting = (name: string, want: Want): BudgetWaiter => {
    const one = waiter(name);
    budget.wait(one, want);
    return one;
  };
  return { budget, told, waiter, waiting };
}

test('requests are taken while those in the works are below the limit, read while all are', () => {
  const { budget } = setUp();
  budget.arrive(100);
  expect([budget.spent, budget.exhausted]).toEqual([false, true]);
  budget.take(99);
  expect(budget.spent).toBe(false);
  budget.arrive(-99);
  expect(budget.exhausted).toBe(true);
  budget.take(1);
  expect(budget.spent).toBe(true);
  budget.give(2);
  expect([budget.spent, budget.exhausted]).toEqual([false, false]);
  expect([budget.heldBytes, budget.arrivingBytes]).toEqual([98, 1]);
});

test.each([0, -1])('a limit of %d is none', (limit) => {
  const budget = new RequestBudget(limit);
  budget.take(1e9);
  budget.arrive(1e9);
  expect([budget.spent, budget.exhausted]).toEqual([false, false]);
});

test('room wakes those who wait, what has begun before what has not, each once', () => {
  const { budget, told, waiting } = setUp();
  budget.take(150);
  waiting('b1', 'begin');
  waiting('f1', 'finish');
  waiting('t1', 'take');
  const gone = waiting('b2', 'begin');
  waiting('f2', 'finish');
  budget.stopWaiting(gone);
  budget.give(50);
  expect(told).toEqual([]);
  budget.give(1);
  expect(told).toEqual(['t1', 'f1', 'f2', 'b1']);
  budget.give(1);
  expect(told).toHaveLength(4);
});

test('room made by what no longer arrives wakes too', () => {
  const { budget, told, waiting } = setUp();
  budget.arrive(100);
  waiting('b1', 'begin');
  budget.arrive(-1);
  expect(told).toEqual(['b1']);
});

describe('when half-arrived requests have used it up', () => {
  test('one at a time may come to its end, in the order of asking', () => {
    const { budget, told, waiter, waiting } = setUp();
    budget.arrive(200);
    const first = waiter('f1');
    expect(budget.mayFinish(first)).toBe(true);
    const second = waiting('f2', 'finish');
    const third = waiting('f3', 'finish');
    expect(budget.mayFinish(first)).toBe(true);
    expect(budget.mayFinish(third)).toBe(false);
    budget.finished(third);
    expect(told).toEqual([]);
    budget.finished(first);
    expect(told).toEqual(['f2']);
    expect(budget.mayFinish(third)).toBe(false);
    expect(budget.mayFinish(second)).toBe(true);
    budget.finished(second);
    expect(told).toEqual(['f2', 'f3']);
  });

  test('none may while those in the works are above the limit; then the first in line', () => {
    const { budget, told, waiter, waiting } = setUp();
    budget.take(100);
    budget.arrive(100);
    expect(budget.mayFinish(waiter('f0'))).toBe(false);
    waiting('f1', 'finish');
    waiting('f2', 'finish');
    waiting('b1', 'begin');
    budget.give(1);
    expect(told).toEqual(['f1']);
    budget.give(1);
    expect(told).toEqual(['f1']);
  });
});
