import { Reminders } from './reminders';

test('are due after three seconds, then less and less often', () => {
  const reminders = new Reminders();
  const told: number[] = [];
  for (let ms = 0; ms <= 120_000; ms += 500) if (reminders.areDue(ms)) told.push(ms);
  expect(told).toEqual([3000, 9000, 27_000, 81_000]);
});

test('what comes late does not put off the next one', () => {
  const reminders = new Reminders();
  const due = [8000, 8900, 9000, 100_000, 200_000, 243_000];
  expect(due.filter((ms) => reminders.areDue(ms))).toEqual([8000, 9000, 100_000, 243_000]);
});
