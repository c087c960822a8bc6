import { InvalidArgumentError } from 'commander';
import { BrokerConfig } from '../../broker/config/broker-config';
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
  try {
    const added = parseOverrides([text]);
    const decided = DECIDED.find((name) => name in added);
    if (decided !== undefined) throw new Error(`npm start itself decides on ${decided}.`);
    const all = { ...before, ...added };
    // Now, because it is kept for later starts.
    BrokerConfig.create({ 'zookeeper.connect': 'localhost:2181', ...all });
    return all;
  } catch (error) {
    throw new InvalidArgumentError(describeError(error));
  }
}

/** Those of a broker that was started before: what --override, or somebody's hand, has written. */
export function ownConfigsIn(properties: Readonly<Record<string, string>>): OwnConfigs {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !DECIDED.includes(name)));
}
