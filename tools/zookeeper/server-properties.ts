import { resolve } from 'node:path';
import { KafkaClassicError } from '../../client/runtime/error';
import { loadPropertiesFile } from '../cli/properties-file';

/** What the start script must know of a zookeeper.properties; the rest is ZooKeeper's business. */
export interface ZookeeperProperties {
  readonly file: string;
  readonly dataDir: string;
  readonly clientPort: number;
  /** Address to reach it under from this machine. */
  readonly host: string;
  /** One of several servers, which serves only once most of them are there. */
  readonly ensemble: boolean;
}

/** @throws FileUnreadableError, or an error that names the missing key */
export function readZookeeperProperties(file: string): ZookeeperProperties {
  const properties = loadPropertiesFile(file);
  const { dataDir, clientPort, clientPortAddress = '127.0.0.1' } = properties;
  const port = Number(clientPort);
  if (!dataDir) throw badFile(file, 'dataDir', 'dataDir=/var/lib/zookeeper');
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw badFile(file, 'clientPort', 'clientPort=2181');
  }
  const anyAddress = clientPortAddress === '0.0.0.0' || clientPortAddress === '::';
  return {
    file: resolve(file),
    dataDir,
    clientPort: port,
    host: anyAddress ? '127.0.0.1' : clientPortAddress,
    ensemble: Object.keys(properties).some((key) => key.startsWith('server.')),
  };
}

function badFile(file: string, key: string, example: string): KafkaClassicError {
  return new KafkaClassicError(`${file} has no usable ${key}.`, {
    code: 'ZOOKEEPER_PROPERTIES',
    retriable: false,
    advice: `Add a line like ${example}`,
  });
}
