import type { Cleaning } from './cleaning-gate';
import type { LogState } from '../log-state';
import { Segment } from '../segment';
import { suffixes, transientSuffixes } from '../segment-names';

/**
 * Puts a compacted segment into the place of those it was made from. What is on disk can be made
 * sense of at every step (leftover-files.ts):
 *
 * 1. `.cleaned`, flushed: worthless, the old segments count
 * 2. `.swap`, and that is on disk: it counts, what is left of the old ones goes
 * 3. the old ones `.deleted`, the new one under its own name: done
 *
 * Readers find the old segments or the new one, because the third step is one turn of the event loop.
 *
 * @throws when something fails. Before the second step is through the log is as it was; after that
 *   its directory goes offline, and the next start completes the swap.
 */
export async function swapSegments(
  state: LogState,
  old: readonly Segment[],
  cleaned: Segment,
  cleaning: Cleaning,
): Promise<Segment> {
  const { files, fileSystem } = state.environment;
  const finalPaths = cleaned.dataPaths.map((path) => strip(path, transientSuffixes.cleaned));
  const swapPaths = finalPaths.map((path) => path + transientSuffixes.swap);
  await flushFiles(state, cleaned);
  cleaning.check();
  try {
    cleaned.dataPaths.forEach((path, index) => {
      files.forget(path);
      fileSystem.renameSync(path, swapPaths[index] ?? path);
    });
    await fileSystem.syncDirectory(state.path);
    const fresh = putInPlace(state, old, swapPaths, finalPaths);
    await fileSystem.syncDirectory(state.path);
    return fresh;
  } catch (error) {
    // A swap that is left behind would come back with the next start, over whatever is then there.
    state.health.fail(error);
    throw error;
  }
}

async function flushFiles({ environment }: LogState, cleaned: Segment): Promise<void> {
  const { files, fileSystem } = environment;
  for (const path of cleaned.dataPaths) {
    await files.pinned(path, (fd) => fileSystem.fdatasync(fd));
  }
}

function putInPlace(
  state: LogState,
  old: readonly Segment[],
  swapPaths: readonly string[],
  finalPaths: readonly string[],
): Segment {
  const { environment, context, config, segments } = state;
  const { fileSystem } = environment;
  const [first] = old;
  if (!first) throw new RangeError('A swap replaces at least one segment.');
  // The snapshot of where the first one begins is also that of where the new one does.
  const deleted = old.flatMap((segment) =>
    segment.markDeleted(segment === first ? segment.dataPaths : segment.paths),
  );
  swapPaths.forEach((path, index) => fileSystem.renameSync(path, finalPaths[index] ?? path));
  const sizeOf = (suffix: string) => {
    const path = finalPaths.find((name) => name.endsWith(suffix));
    return path === undefined ? 0 : (fileSystem.statSync(path)?.size ?? 0);
  };
  const fresh = new Segment(environment, state.path, first.baseOffset, {
    log: sizeOf(suffixes.log),
    offsetIndex: sizeOf(suffixes.offsetIndex),
    timeIndex: sizeOf(suffixes.timeIndex),
    mtimeMs: old.at(-1)?.modifiedAtMs ?? first.modifiedAtMs,
  });
  segments.replace(old, fresh);
  state.rewrites++;
  state.removals++;
  context.reaper.removeFiles(deleted, config.fileDeleteDelayMs);
  return fresh;
}

function strip(path: string, suffix: string): string {
  return path.endsWith(suffix) ? path.slice(0, -suffix.length) : path;
}
