import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../tools/cli/project-root';

/** Where the suite looks for brokers without security, in the order of their ids. */
const SUITE_PORTS = [9092, 9095, 9098] as const;

/**
 * Points the suite, as it was published, at a cluster: the ports in its helpers, and the one script
 * that goes through Docker. Nothing that a test says or expects is touched.
 */
export function adaptSuite(directory: string, ports: readonly number[]): void {
  const helpers = join(directory, 'testHelpers', 'index.js');
  writeFileSync(helpers, withPorts(readFileSync(helpers, 'utf8'), ports));
  const script = join(directory, 'scripts', 'addPartitions.sh');
  writeFileSync(script, addPartitionsScript(`localhost:${ports[0]}`));
  chmodSync(script, 0o755);
}

/** @throws Error when a port is not there to be replaced: it is another suite than the one we know */
function withPorts(helpers: string, ports: readonly number[]): string {
  return SUITE_PORTS.reduce<string>((text, known, index) => {
    const replaced = text.replaceAll(new RegExp(`\\b${known}\\b`, 'g'), String(ports[index]));
    if (replaced === text) throw new Error(`The suite's helpers do not speak of port ${known}.`);
    return replaced;
  }, helpers);
}

/** Topic and number of partitions come in the environment. */
function addPartitionsScript(bootstrap: string): string {
  const topics = join(projectRoot(), 'dist', 'tools', 'kafka-topics.js');
  const command = `"${process.execPath}" "${topics}" --bootstrap-server ${bootstrap}`;
  return `#!/bin/sh\nexec ${command} --alter --topic "$TOPIC" --partitions "$PARTITIONS"\n`;
}
