import { Admin, AdminError } from '../../client/admin';
import { Cluster } from '../../client/network';
import { clientSettings } from '../cli/client-properties';
import { clientLog } from '../cli/client-log';
import type { CommandContext } from '../cli/command';
import { loadPropertiesFile } from '../cli/properties-file';
import { mustReachBroker } from '../cli/reach-broker';
import { bootstrapServers, type AdminOptions } from './admin-options';

/** Milliseconds to reach a broker; a person in front of a terminal does not wait for longer. */
const CONNECTION_TIMEOUT_MS = 5000;

/**
 * Connects an admin as `--bootstrap-server` and `--command-config` say, hands it over and closes it
 * afterwards. What a call waits for is told on stderr after a few seconds. `bootstrap.servers` of the
 * file does not count: the command line names the brokers.
 *
 * @param clientId how the tool calls itself, unless the file says otherwise
 * @throws UsageError for wrong options and configs; FileUnreadableError; KafkaClassicError when
 *   no broker answers; what the use throws
 */
export function withAdmin<T, Options extends AdminOptions>(
  context: Pick<CommandContext<Options>, 'options' | 'note'>,
  clientId: string,
  use: (admin: Admin) => Promise<T>,
): Promise<T> {
  return withCluster(context, clientId, (cluster) => use(new Admin(cluster)));
}

/** As {@link withAdmin}, for tools that have more to ask than an admin does. */
export async function withCluster<T, Options extends AdminOptions>(
  { options, note }: Pick<CommandContext<Options>, 'options' | 'note'>,
  clientId: string,
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const brokers = bootstrapServers(options);
  const file = options.commandConfig;
  const properties = file === undefined ? {} : loadPropertiesFile(file);
  const { client, withoutEffect } = clientSettings('admin', properties);
  if (withoutEffect.length > 0) {
    note(`Ignored in the --command-config file: ${withoutEffect.join(', ')}`);
  }
  const defaults = {
    clientId,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    logger: clientLog(note),
  };
  const reaching = { ...defaults, ...client };
  await mustReachBroker(brokers, reaching);
  const cluster = new Cluster({ ...reaching, brokers });
  try {
    return await use(cluster);
  } catch (error) {
    throw onlyFailure(error);
  } finally {
    await cluster.close();
  }
}

/** An error about a single thing says more than one that counts failures. */
function onlyFailure(error: unknown): unknown {
  const single = error instanceof AdminError && error.failures.size + error.succeeded.size === 1;
  return single ? [...error.failures.values()][0] : error;
}
