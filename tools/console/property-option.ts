import { InvalidArgumentError, Option } from 'commander';

/**
 * `--property key=value` of the console tools, any number of times. Unlike other options of this
 * kind it takes the value as it is, blanks included: it may be a separator.
 */
export function propertyOption(description: string): Option {
  return new Option('--property <key=value>', description)
    .argParser((text: string, before: Record<string, string> | undefined) => {
      const at = text.indexOf('=');
      if (at < 1) throw new InvalidArgumentError(`Write it as key=value, not "${text}".`);
      return { ...before, [text.slice(0, at).trim()]: text.slice(at + 1) };
    })
    .default({}, 'none');
}
