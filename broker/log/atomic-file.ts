import { dirname } from 'node:path';
import type { FileSystem } from './file-system';

/**
 * Replaces a small file so that a crash leaves either the old or the new one: writes `<path>.tmp`,
 * flushes it, renames it over the old one, flushes the directory.
 */
export async function writeAtomically(
  fileSystem: FileSystem,
  path: string,
  text: string,
): Promise<void> {
  const temporary = `${path}.tmp`;
  await fileSystem.writeFile(temporary, text);
  await fileSystem.rename(temporary, path);
  await fileSystem.syncDirectory(dirname(path));
}
