import type { FileSystem } from './file-system';

/** Most buffers the kernel takes in one writev. */
export const MAX_IOV = 1024;

/** What is left to write after `written` bytes of `buffers` are. */
export function remainder(buffers: readonly Buffer[], written: number): Buffer[] {
  let index = 0;
  let skip = written;
  for (; index < buffers.length; index++) {
    const length = buffers[index]?.length ?? 0;
    if (skip < length) break;
    skip -= length;
  }
  const rest = buffers.slice(index);
  const first = rest[0];
  if (first && skip > 0) rest[0] = first.subarray(skip);
  return rest;
}

/** Writes all of the buffers at a position, in as many calls as it takes. */
export function writeFully(
  fileSystem: FileSystem,
  fd: number,
  buffers: readonly Buffer[],
  position: number,
): void {
  let rest = buffers;
  let at = position;
  while (rest.length > 0) {
    const slice = rest.length > MAX_IOV ? rest.slice(0, MAX_IOV) : rest;
    const written = fileSystem.writevSync(fd, slice, at);
    at += written;
    rest = remainder(rest, written);
  }
}

/** The same on the thread pool. */
export function writeFullyInBackground(
  fileSystem: FileSystem,
  fd: number,
  buffers: readonly Buffer[],
  position: number,
  done: (error: Error | null) => void,
): void {
  const slice = buffers.length > MAX_IOV ? buffers.slice(0, MAX_IOV) : buffers;
  fileSystem.writev(fd, slice, position, (error, written) => {
    if (error) return done(error);
    const rest = remainder(buffers, written);
    if (rest.length === 0) return done(null);
    writeFullyInBackground(fileSystem, fd, rest, position + written, done);
  });
}
