import { join } from 'node:path';
import type { Logger } from '../../client/runtime/logger';
import { scanHeaders } from './batch-scan';
import type { LogEnvironment } from './log-environment';
import { readInBackground } from './read-steps';
import { parseSegmentFile, suffixes, transientSuffixes, type SegmentFile } from './segment-names';

/**
 * Puts the files of a partition's directory in order before its segments are loaded: removes what
 * was on its way out, throws away compaction output that was not finished, completes a swap that
 * was, removes indexes without a log (Kafka's LogLoader, first to third pass).
 *
 * @returns the segment files that are there afterwards
 */
export async function tidyDirectory(
  environment: LogEnvironment,
  directory: string,
): Promise<SegmentFile[]> {
  const { fileSystem, logger } = environment;
  const listing = async () =>
    (await fileSystem.readdir(directory)).flatMap((name) => parseSegmentFile(name) ?? []);
  const remove = async (file: SegmentFile, reason: string) => {
    logRemoval(logger, directory, file, reason);
    await fileSystem.unlink(join(directory, file.name));
  };
  let files = await listing();

  const cleaned = files.filter(({ transient }) => transient === transientSuffixes.cleaned);
  // A swap at or above an unfinished output belongs to the same unfinished split.
  const firstCleaned = Math.min(...cleaned.map(({ baseOffset }) => baseOffset));
  const swaps: SegmentFile[] = [];
  for (const file of files) {
    if (file.transient === transientSuffixes.deleted) {
      await remove(file, 'it was scheduled for removal');
    } else if (file.transient === transientSuffixes.cleaned) {
      await remove(file, 'compaction was interrupted');
    } else if (file.transient === transientSuffixes.swap) {
      if (file.baseOffset >= firstCleaned) await remove(file, 'compaction was interrupted');
      else swaps.push(file);
    }
  }
  if (swaps.length > 0) {
    await completeSwap(environment, directory, swaps, files, remove);
    files = await listing();
  }
  files = files.filter(({ transient }) => transient === '');
  const logs = new Set(
    files.filter(({ suffix }) => suffix === suffixes.log).map(({ baseOffset }) => baseOffset),
  );
  const isIndex = ({ suffix }: SegmentFile) =>
    suffix !== suffixes.log && suffix !== suffixes.producerSnapshot;
  for (const file of files) {
    if (isIndex(file) && !logs.has(file.baseOffset)) await remove(file, 'it has no log file');
  }
  return files.filter((file) => !isIndex(file) || logs.has(file.baseOffset));
}

/** The swapped files hold all that is left of the segments they replace: those go, these stay. */
async function completeSwap(
  environment: LogEnvironment,
  directory: string,
  swaps: readonly SegmentFile[],
  files: readonly SegmentFile[],
  remove: (file: SegmentFile, reason: string) => Promise<void>,
): Promise<void> {
  const { fileSystem } = environment;
  let from = Infinity;
  let to = -Infinity;
  for (const swap of swaps.filter(({ suffix }) => suffix === suffixes.log)) {
    from = Math.min(from, swap.baseOffset);
    to = Math.max(to, await endOffset(environment, join(directory, swap.name), swap.baseOffset));
  }
  for (const file of files) {
    const replaced = file.baseOffset >= from && file.baseOffset < to && file.transient === '';
    if (replaced && file.suffix !== suffixes.producerSnapshot) {
      await remove(file, 'compaction has replaced it');
    }
  }
  for (const { name } of swaps) {
    const final = name.slice(0, -transientSuffixes.swap.length);
    await fileSystem.rename(join(directory, name), join(directory, final));
  }
  await fileSystem.syncDirectory(directory);
}

async function endOffset(
  environment: LogEnvironment,
  path: string,
  baseOffset: number,
): Promise<number> {
  const size = (await environment.fileSystem.stat(path))?.size ?? 0;
  let end = baseOffset + 1;
  const steps = scanHeaders({ path, from: 0, to: size }, (batch) => {
    end = batch.nextOffset;
    return true;
  });
  await readInBackground(steps, environment.files);
  environment.files.forget(path);
  return end;
}

function logRemoval(logger: Logger, directory: string, file: SegmentFile, reason: string): void {
  logger.info(
    { event: 'leftover-removed', directory, file: file.name, reason },
    `Removing ${file.name} from ${directory}: ${reason}.`,
  );
}
