import { readFileSync } from 'node:fs';
import { KafkaClassicError } from '../../client/runtime/error';
import { fileProblem } from '../../client/runtime/file-problem';

/** A file that the command line names cannot be read. Code `FILE_UNREADABLE`, not retriable. */
export class FileUnreadableError extends KafkaClassicError {
  constructor(path: string, cause: unknown) {
    const { reason, advice } = fileProblem(cause);
    const facts = { code: 'FILE_UNREADABLE', retriable: false, advice, cause };
    super(`Cannot read ${path}: ${reason}.`, facts);
  }
}

/**
 * Reads a file that the command line names, as UTF-8.
 *
 * @throws FileUnreadableError
 */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new FileUnreadableError(path, error);
  }
}
