import type { LogState } from './log-state';
import { readInBackground, type ReadSteps } from './read-steps';

/**
 * Runs a lookup on the thread pool although the log goes on changing. One that was overtaken by a
 * truncation says nothing about the log any more; one that was overtaken by compaction may have looked
 * into two files of one name; and one that failed while segments were removed may have looked for a
 * file that is gone: all are repeated. So is one that failed because the log was closed, or deleted,
 * under it, which then says so.
 *
 * @param start makes the lookup; called again for each attempt, and may throw
 * @param discard called with a result that is not used
 * @throws LogClosedError, LogStorageError, and what the lookup throws
 */
export async function readSteadily<T>(
  state: LogState,
  start: () => ReadSteps<T>,
  discard: (result: T) => void = () => {},
): Promise<T> {
  for (;;) {
    state.assertReadable();
    const { truncations, removals, rewrites } = state;
    try {
      const result = await readInBackground(start(), state.environment.files);
      if (state.truncations === truncations && state.rewrites === rewrites) return result;
      discard(result);
    } catch (error) {
      const isOvertaken = state.truncations !== truncations || state.removals !== removals;
      if (!isOvertaken && state.phase !== 'closed') throw error;
    }
  }
}
