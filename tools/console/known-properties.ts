import { nearestName } from '../../broker/config/nearest-name';
import { UsageError } from '../cli/usage-error';

/**
 * @param of what the properties belong to, e.g. `line reader`
 * @throws UsageError for a name that is not among the known ones
 */
export function mustBeKnown(
  of: string,
  properties: Readonly<Record<string, string>>,
  known: readonly string[],
): void {
  for (const name of Object.keys(properties)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    throw new UsageError(
      `The ${of} has no property "${name}".`,
      nearest === undefined ? `It has ${known.join(', ')}.` : `Did you mean ${nearest}?`,
    );
  }
}

/** As Java reads a boolean: anything but `true` is false. */
export function isTrue(value: string | undefined): boolean {
  return value?.trim().toLowerCase() === 'true';
}
