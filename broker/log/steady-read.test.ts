import { LogClosedError } from './log-error';
import type { LogState } from './log-state';
import type { ReadSteps } from './read-steps';
import { readSteadily } from './steady-read';

class State {
  phase = 'open';
  truncations = 0;
  removals = 0;
  rewrites = 0;
  readonly environment = { files: {} };

  assertReadable(): void {
    if (this.phase === 'closed') throw new LogClosedError('t-0');
  }
}

const gone = new Error('ENOENT');

/** Looks something up in a log to which this happens meanwhile, the first time. */
function lookUp(happens: (state: State) => void): Promise<string> {
  const state = new State();
  let attempts = 0;
  // eslint-disable-next-line require-yield
  function* start(): ReadSteps<string> {
    if (++attempts > 1) return 'found';
    happens(state);
    throw gone;
  }
  return readSteadily(state as unknown as LogState, start);
}

test('a lookup whose file was removed under it is repeated', async () => {
  expect(await lookUp((state) => state.removals++)).toBe('found');
  expect(await lookUp((state) => state.truncations++)).toBe('found');
});

test('a lookup in a log that was deleted under it says that the log is closed', async () => {
  const closed = (state: State) => (state.phase = 'closed');
  await expect(lookUp(closed)).rejects.toBeInstanceOf(LogClosedError);
});

test('what fails without a cause in the log is told', async () => {
  await expect(lookUp(() => undefined)).rejects.toBe(gone);
});
