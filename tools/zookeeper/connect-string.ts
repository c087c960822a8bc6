import { KafkaClassicError } from '../../client/runtime/error';
import { parseConnectString } from '../../zk-coordination/session/connect-string';
import { UsageError } from '../cli/usage-error';

export interface ZookeeperAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * The servers that a connect string such as `host1:port1,host2:port2/chroot` names.
 *
 * @throws UsageError when it is malformed: it comes from the command line or the environment
 */
export function serversOf(connectString: string): readonly ZookeeperAddress[] {
  try {
    return parseConnectString(connectString).servers;
  } catch (error) {
    if (KafkaClassicError.is(error)) throw new UsageError(error.message, error.advice);
    throw error;
  }
}
