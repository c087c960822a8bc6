import { InvalidArgumentError, type Command } from 'commander';
import { ClientOptionsError, parseEndpoint } from '../../client/network';
import { splitList } from '../../client/runtime/split-list';
import { requiredBootstrapServer } from '../cli/bootstrap-server';
import { UsageError } from '../cli/usage-error';

/** Options that every admin tool has. */
export interface AdminOptions {
  bootstrapServer?: string;
  commandConfig?: string;
}

/** Declares `--bootstrap-server` and `--command-config`. */
export function declareAdminOptions(command: Command): Command {
  return command
    .option('--bootstrap-server <host:port,…>', 'brokers to begin with; required')
    .option('--command-config <file>', 'properties file with configs of the client');
}

/**
 * The addresses given with `--bootstrap-server`.
 *
 * @throws UsageError when there is none or one is not of the form host:port
 */
export function bootstrapServers({ bootstrapServer }: AdminOptions): string[] {
  const addresses = splitList(requiredBootstrapServer(bootstrapServer));
  try {
    addresses.forEach(parseEndpoint);
  } catch (error) {
    if (error instanceof ClientOptionsError) throw new UsageError(error.message, error.advice);
    throw error;
  }
  return addresses;
}

/** Parses an option's value that has to be a whole number. */
export function integerArgument(text: string): number {
  if (!/^-?\d+$/.test(text.trim())) throw new InvalidArgumentError('It is not a whole number.');
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('It is too large.');
  return value;
}
