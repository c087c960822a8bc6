import { UsageError } from '../../cli/usage-error';

export interface ShellArguments {
  /** Flags given, without the dash. */
  readonly flags: ReadonlySet<string>;
  /** The number after `-v`; -1, any version, when it is not given. */
  readonly version: number;
  readonly words: readonly string[];
}

/** What a command takes, as its usage line tells it: `create [-s] [-e] path [data]`. */
export interface ShellUsage {
  readonly flags: string;
  /** Fewest and most words. */
  readonly words: readonly [number, number];
}

const ANY_VERSION = -1;

/**
 * Sorts a command's words into flags (`-s`), a version (`-v 3`) and the rest.
 *
 * @throws UsageError with the command's usage
 */
export function parseShellArguments(
  given: readonly string[],
  { flags: allowed, words: [min, max] }: ShellUsage,
  usage: string,
): ShellArguments {
  const fail = (why: string): never => {
    throw new UsageError(why, `Usage: ${usage}`);
  };
  const flags = new Set<string>();
  const words: string[] = [];
  let version = ANY_VERSION;
  for (let i = 0; i < given.length; i++) {
    const word = given[i];
    const isFlag = word.startsWith('-') && words.length === 0;
    if (!isFlag) words.push(word);
    else if (word.length !== 2 || !allowed.includes(word[1])) fail(`There is no option ${word}.`);
    else if (word === '-v') {
      version = Number(given[++i]);
      if (!Number.isInteger(version)) fail('A number must follow -v.');
    } else flags.add(word[1]);
  }
  if (words.length < min) fail('Something is missing.');
  if (words.length > max) fail('That is too much.');
  return { flags, version, words };
}
