import { InvalidArgumentError, Option } from 'commander';

/**
 * An option given as `key=value`, any number of times: `--config a=1 --config b=2`. The value may
 * hold further `=`; it may be empty. The last of two equal keys wins.
 *
 * @param flags as commander wants them, e.g. `--config <key=value>`, or `<key=value...>` for
 * several after one flag
 */
export function keyValueOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(collectKeyValue).default({}, 'none');
}

/** Adds one `key=value` to what was collected before; never changes its argument. */
export function collectKeyValue(
  text: string,
  collected: Record<string, string> = {},
): Record<string, string> {
  const { key, value } = parseKeyValue(text);
  return { ...collected, [key]: value };
}

/** @throws InvalidArgumentError, which ends the tool with a usage error */
export function parseKeyValue(text: string): { key: string; value: string } {
  const at = text.indexOf('=');
  const key = text.slice(0, at).trim();
  if (at < 0 || key === '') {
    throw new InvalidArgumentError(`Write it as key=value, not "${text}".`);
  }
  return { key, value: text.slice(at + 1).trim() };
}
