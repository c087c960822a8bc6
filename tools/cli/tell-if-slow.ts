import { systemClock, type Clock } from '../../client/runtime/clock';

/** Says something when a task takes longer than expected. The task itself is not changed. */
export async function tellIfSlow<T>(
  task: Promise<T>,
  tell: () => void,
  ms = 3000,
  clock: Clock = systemClock,
): Promise<T> {
  const timer = clock.setTimeout(tell, ms);
  try {
    return await task;
  } finally {
    clock.clearTimeout(timer);
  }
}
