import { join } from 'node:path';
import { findProgram } from '../../../tools/dev/find-program';
import { UnavailableClientError, type InteropClient, type InteropProgram } from './interop-client';
import { toolLibraries } from './kafka-libraries';
import { fetchJars } from './maven-central';

const DEFAULT_VERSION = '3.9.1';

/** Kafka's own command-line tools, from Maven Central. */
export const kafkaTools: InteropClient = {
  name: 'kafka-tools',
  summary: "Kafka's own command-line tools",
  prepare: async ({ directory, version = DEFAULT_VERSION, note }): Promise<InteropProgram> => {
    const java = findProgram('java', process.env);
    if (!java) throw new UnavailableClientError('this machine has no java');
    const jars = join(directory, version);
    await fetchJars(toolLibraries(version), jars, note);
    return { version, program: java, args: ['-cp', join(jars, '*')], checks: ['tools'] };
  },
};
