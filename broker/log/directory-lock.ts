import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { errorCode, type FileSystem } from './file-system';
import { LogDirectoryError } from './log-error';
import { thisProcess, type ProcessId, type ProcessIdentity } from './lock-owner';

/** Name of Kafka's lock file. */
const LOCK_FILE = '.lock';

/**
 * Keeps a log directory for one process: a `.lock` file that names its owner by pid and start time.
 * Node has no file locks, so the owner's life is what counts: the lock of a process that is gone is
 * stale at once, also when its pid has been given to another process. A file without an owner (as
 * Kafka itself leaves) is stale too.
 *
 * Made by linking a finished file to the name, which is atomic, so that nobody sees half a lock.
 */
export class DirectoryLock {
  private constructor(
    private readonly fileSystem: FileSystem,
    private readonly path: string,
    private readonly content: string,
  ) {}

  /**
   * @param fileName by default Kafka's `.lock`
   * @throws LogDirectoryError when another living process has the directory
   */
  static acquire(
    fileSystem: FileSystem,
    logDir: string,
    identity: ProcessIdentity = thisProcess(),
    fileName = LOCK_FILE,
  ): DirectoryLock {
    const path = join(logDir, fileName);
    const content = `${JSON.stringify({ ...identity.self, nonce: identity.nonce })}\n`;
    const candidate = `${path}.${randomUUID()}`;
    fileSystem.writeFileSync(candidate, content);
    try {
      for (;;) {
        if (tryLink(fileSystem, candidate, path)) {
          return new DirectoryLock(fileSystem, path, content);
        }
        const held = fileSystem.readFileSync(path);
        if (held === undefined) continue;
        const owner = parseOwner(held);
        if (owner && identity.isAlive(owner)) throw inUse(logDir, owner);
        takeAway(fileSystem, path, held);
      }
    } finally {
      fileSystem.unlinkSync(candidate);
    }
  }

  /** Lets go of the directory. A lock that somebody else has taken meanwhile stays. */
  release(): void {
    if (this.fileSystem.readFileSync(this.path) === this.content) {
      this.fileSystem.unlinkSync(this.path);
    }
  }
}

function tryLink(fileSystem: FileSystem, existing: string, path: string): boolean {
  try {
    fileSystem.linkSync(existing, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a stale lock, but not one that another process has put in its place since it was read. */
function takeAway(fileSystem: FileSystem, path: string, stale: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    fileSystem.renameSync(path, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (fileSystem.readFileSync(aside) !== stale) tryLink(fileSystem, aside, path);
  fileSystem.unlinkSync(aside);
}

function parseOwner(text: string): ProcessId | undefined {
  try {
    const { pid, startedAt, host } = JSON.parse(text) as Partial<ProcessId>;
    if (pid === undefined || startedAt === undefined || host === undefined) return undefined;
    return { pid, startedAt, host };
  } catch {
    return undefined;
  }
}

function inUse(logDir: string, owner: ProcessId): LogDirectoryError {
  return new LogDirectoryError(
    `The log directory ${logDir} is in use by process ${owner.pid}.`,
    'Stop that broker first, or give this one directories of its own in log.dirs.',
  );
}
