import { describeError } from './error';

const KNOWN: Readonly<Record<string, { readonly reason: string; readonly advice: string }>> = {
  ENOENT: {
    reason: 'it does not exist',
    advice: 'Check the path; a relative path starts at the current directory.',
  },
  EACCES: {
    reason: 'this user may not read it',
    advice: 'Make the file readable for the user who runs this command.',
  },
  EISDIR: { reason: 'it is a directory', advice: 'Name the file, not its directory.' },
};

/**
 * Why a file that a person has named cannot be read, as the end of a sentence without its full stop,
 * and what to do about it.
 *
 * @param error as Node's file functions throw it
 */
export function fileProblem(error: unknown): { readonly reason: string; readonly advice: string } {
  const { code = '' } = (error ?? {}) as { code?: string };
  return KNOWN[code] ?? { reason: describeError(error), advice: 'Check the path.' };
}
