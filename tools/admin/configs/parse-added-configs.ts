import { UsageError } from '../../cli/usage-error';

/**
 * Parses `--add-config`: `a=1,b=[x,y],c=` — pairs at commas, except for commas in brackets, which
 * are taken off (ConfigCommand.scala, parseConfigsToBeAdded). A value may hold further `=`.
 *
 * @throws UsageError when a part is no pair or a name has signs that no config has
 */
export function parseAddedConfigs(text: string): Record<string, string> {
  const configs: Record<string, string> = {};
  for (const pair of splitOutsideBrackets(text)) {
    const at = pair.indexOf('=');
    if (at < 0) {
      throw new UsageError(
        `"${pair}" in --add-config is not of the form name=value.`,
        'Put values that hold commas in brackets: name=[a,b].',
      );
    }
    configs[pair.slice(0, at).trim()] = pair
      .slice(at + 1)
      .replaceAll(/[[\]]/g, '')
      .trim();
  }
  return checkedNames(configs);
}

/** @throws UsageError when a name has signs that no config has */
export function checkedNames<T extends Readonly<Record<string, string>>>(configs: T): T {
  for (const name of Object.keys(configs)) {
    if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
      throw new UsageError(`Invalid character found for config key: "${name}".`);
    }
  }
  return configs;
}

function splitOutsideBrackets(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '[') depth++;
    else if (text[i] === ']') depth--;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.filter((part) => part.trim() !== '');
}
