import { UsageError } from '../cli/usage-error';

/** A command line as far as rules about it go: which options were given. */
export type Given<Name extends string> = Readonly<Partial<Record<Name, unknown>>>;

/** Whether an option was given; the empty default of a repeatable one does not count. */
export function isGiven(value: unknown): boolean {
  if (value === undefined || value === false) return false;
  return typeof value !== 'object' || value === null || Object.keys(value).length > 0;
}

/** `excludeInternal` as it is typed: `--exclude-internal`. */
export function flag(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * The one action of a command line.
 *
 * @throws UsageError when there is none or more than one
 */
export function onlyAction<Action extends string>(
  actions: readonly Action[],
  given: Given<Action>,
): Action {
  const chosen = actions.filter((action) => isGiven(given[action]));
  if (chosen.length === 1) return chosen[0];
  const flags = actions.map(flag);
  const list = `${flags.slice(0, -1).join(', ')} or ${flags.at(-1)}`;
  throw new UsageError(`Command must include exactly one action: ${list}.`);
}

/** @throws UsageError when an option was given that the action does not know */
export function mustBelongTo<Action extends string, Name extends string>(
  action: Action,
  allowed: Readonly<Record<Name, readonly Action[]>>,
  given: Given<NoInfer<Name>>,
): void {
  for (const name of Object.keys(allowed) as Name[]) {
    if (!isGiven(given[name]) || allowed[name].includes(action)) continue;
    const actions = allowed[name].map(flag).join(' and ');
    throw new UsageError(
      `${flag(name)} can't be used with ${flag(action)}.`,
      `It belongs to ${actions}.`,
    );
  }
}

/** @throws UsageError when both an option and one of the others were given */
export function mustBeWithout<Name extends string>(
  option: Name,
  others: readonly Name[],
  given: Given<Name>,
): void {
  if (!isGiven(given[option])) return;
  for (const other of others) {
    if (isGiven(given[other])) {
      throw new UsageError(`${flag(option)} can't be used with ${flag(other)}.`);
    }
  }
}
