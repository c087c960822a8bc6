import { readTextFile } from '../../cli/text-file';

/**
 * @param wrong makes the error for a file that is no JSON
 * @throws FileUnreadableError; what `wrong` makes
 */
export function readJsonFile(
  path: string,
  wrong: (message: string, cause: unknown) => Error,
): unknown {
  const text = readTextFile(path);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw wrong(`${path} is not valid JSON.`, error);
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
