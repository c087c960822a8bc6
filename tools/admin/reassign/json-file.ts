import { readFileSync } from 'node:fs';
import { describeError } from '../../../client/runtime/error';

/** @param wrong makes the error for a file that cannot be read or is no JSON */
export function readJsonFile(
  path: string,
  wrong: (message: string, cause: unknown) => Error,
): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw wrong(`Cannot read ${path}: ${describeError(error)}.`, error);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw wrong(`${path} is not valid JSON.`, error);
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
