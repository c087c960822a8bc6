import { ConfigOperation } from '../../client/protocol/messages/incremental-alter-configs';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { splitList } from '../../client/runtime/split-list';
import type { Properties } from './check-properties';

/** One change of IncrementalAlterConfigs (KIP-339). */
export interface ConfigChange {
  readonly name: string;
  readonly operation: number;
  readonly value: string | null;
}

/**
 * Applies changes to the overrides that are set.
 *
 * @param current the value in force of a list, for appending to and subtracting from what is not
 *   overridden
 * @throws ProtocolError INVALID_CONFIG, INVALID_REQUEST
 */
export function applyChanges(
  overrides: Properties,
  changes: readonly ConfigChange[],
  current: (name: string) => { readonly text: string | null; readonly isList: boolean },
): Record<string, string> {
  const names = changes.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new ProtocolError('INVALID_REQUEST', `The config ${twice} is changed twice.`);
  }
  const result = { ...overrides };
  for (const { name, operation, value } of changes) {
    switch (operation) {
      case ConfigOperation.DELETE:
        delete result[name];
        break;
      case ConfigOperation.SET:
        result[name] = given(name, value);
        break;
      case ConfigOperation.APPEND:
      case ConfigOperation.SUBTRACT:
        result[name] = changeList(name, operation, given(name, value), current);
        break;
      default:
        throw new ProtocolError('INVALID_REQUEST', `${operation} is no operation on a config.`);
    }
  }
  return result;
}

function given(name: string, value: string | null): string {
  if (value === null) throw new ProtocolError('INVALID_CONFIG', `Config ${name} has no value.`);
  return value;
}

function changeList(
  name: string,
  operation: number,
  value: string,
  current: (name: string) => { readonly text: string | null; readonly isList: boolean },
): string {
  const { text, isList } = current(name);
  if (!isList) {
    throw new ProtocolError('INVALID_CONFIG', `Config ${name} is not a list to append to.`);
  }
  const before = splitList(text ?? '');
  const given = splitList(value);
  const after =
    operation === ConfigOperation.APPEND
      ? [...before, ...given.filter((element) => !before.includes(element))]
      : before.filter((element) => !given.includes(element));
  return after.join(',');
}
