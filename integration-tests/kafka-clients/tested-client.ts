import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../tools/cli/project-root';
import { hasLibrdkafka, RDKAFKA_HEADER } from '../../tools/dev/compile-client';
import { clientProgram } from './run-client';

/** A client that the tests use against our brokers. */
export interface TestedClient {
  readonly name: string;
  /** Of what is installed on this machine; null when nothing is. */
  readonly version: string | null;
}

export const kafkaJs: TestedClient = { name: 'KafkaJS', version: packageVersion('kafkajs') };
export const platformatic: TestedClient = {
  name: '@platformatic/kafka',
  version: packageVersion('@platformatic/kafka'),
};
export const kcat: TestedClient = { name: 'kcat', version: kcatVersion() };
/** Through a C program; needs a compiler. */
export const librdkafka: TestedClient = { name: 'librdkafka', version: librdkafkaVersion() };

function packageVersion(name: string): string {
  const file = join(projectRoot(), 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function kcatVersion(): string | null {
  const program = clientProgram('kcat');
  if (program === null) return null;
  const output = spawnSync(program, ['-V']).stdout.toString();
  const version = /Version (\S+)/.exec(output)?.[1] ?? 'unknown';
  const library = /librdkafka (\S+)/.exec(output)?.[1];
  return library === undefined ? version : `${version} with librdkafka ${library}`;
}

function librdkafkaVersion(): string | null {
  if (!hasLibrdkafka(process.env)) return null;
  const hex = /#define RD_KAFKA_VERSION\s+0x([0-9a-f]{6})/.exec(
    readFileSync(RDKAFKA_HEADER, 'utf8'),
  )?.[1];
  return hex ? Buffer.from(hex, 'hex').join('.') : 'unknown';
}
