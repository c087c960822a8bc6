import { existsSync } from 'node:fs';
import type { FindOptions } from '../zookeeper/find-zookeeper';
import { RDKAFKA_HEADER } from './compile-client';
import { aptRights, installDebianPackages } from './debian-packages';
import { findProgram } from './find-program';

const PACKAGES = ['kcat', 'librdkafka-dev', 'gcc', 'libc6-dev'];

/**
 * Sees that Kafka's clients in C are on the machine, installing Debian's when that is possible.
 *
 * @returns what is lacking afterwards
 */
export async function ensureKafkaClients({ env, report }: FindOptions): Promise<string[]> {
  if (lacking(env).length === 0) return [];
  const rights = await aptRights(env);
  if (rights === null) return lacking(env);
  report(`Installing ${PACKAGES.join(', ')} with apt-get.`);
  try {
    await installDebianPackages(PACKAGES, { rights, env, report });
  } catch (error) {
    report(String(error));
  }
  return lacking(env);
}

function lacking(env: NodeJS.ProcessEnv): string[] {
  const programs = ['kcat', 'gcc'].filter((name) => findProgram(name, env) === null);
  return existsSync(RDKAFKA_HEADER) ? programs : [...programs, 'librdkafka-dev'];
}
