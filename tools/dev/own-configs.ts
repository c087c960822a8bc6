import { InvalidArgumentError } from 'commander';
import { parseOverrides } from '../../broker/config/server-properties';
import { describeError } from '../../client/runtime/error';

/** Configs that somebody gives all brokers of `npm start`, by name. */
export type OwnConfigs = Readonly<Record<string, string>>;

/** Each broker has its own of these, or there is an option for it. */
const DECIDED = ['broker.id', 'listeners', 'log.dirs', 'zookeeper.connect', 'http.listener'];

/**
 * `--override name=value` of `npm start`, once more.
 *
 * @throws InvalidArgumentError
 */
export function addOwnConfig(text: string, before: OwnConfigs): OwnConfigs {
  let added: OwnConfigs;
  try {
    added = parseOverrides([text]);
  } catch (error) {
    throw new InvalidArgumentError(describeError(error));
  }
  const decided = DECIDED.find((name) => name in added);
  if (decided === undefined) return { ...before, ...added };
  throw new InvalidArgumentError(`npm start itself decides on ${decided}.`);
}
