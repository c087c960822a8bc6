import { mkdirSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { projectRoot } from '../../../tools/cli/project-root';
import { findProgram } from '../../../tools/dev/find-program';
import { runProgram } from '../../../tools/dev/run-program';
import { UnavailableClientError, type InteropClient, type InteropProgram } from './interop-client';
import { CLIENT_LIBRARIES } from './kafka-libraries';
import { fetchJars } from './maven-central';

const DEFAULT_VERSION = '3.9.1';

/** Kafka's own, from Maven Central. Needs a JDK (17 or later). */
export const javaClient: InteropClient = {
  name: 'java',
  summary: "Kafka's own Java client (kafka-clients)",
  prepare: async ({ directory, version = DEFAULT_VERSION, note }): Promise<InteropProgram> => {
    const [java, javac] = ['java', 'javac'].map((name) => findProgram(name, process.env));
    if (!java || !javac) {
      throw new UnavailableClientError('this machine has no JDK (Debian: default-jdk-headless)');
    }
    const jars = join(directory, version, 'jars');
    const classes = join(directory, version, 'classes');
    mkdirSync(classes, { recursive: true });
    const libraries = [`org/apache/kafka/kafka-clients/${version}`, ...CLIENT_LIBRARIES];
    await fetchJars(libraries, jars, note);
    await compile(javac, jars, classes);
    return {
      version,
      program: java,
      args: ['-cp', [classes, join(jars, '*')].join(delimiter), 'Interop'],
      checks: ['admin', 'codecs', 'groups', 'edges', 'failover'],
    };
  },
};

async function compile(javac: string, jars: string, classes: string): Promise<void> {
  const folder = join(projectRoot(), 'integration-tests/kafka-clients/interop/java');
  const sources = readdirSync(folder).map((name) => join(folder, name));
  const { code, output } = await runProgram(
    javac,
    ['-cp', join(jars, '*'), '-d', classes, ...sources],
    { env: process.env },
  );
  if (code !== 0) throw new Error(`The Java program does not compile:\n${output}`);
}
