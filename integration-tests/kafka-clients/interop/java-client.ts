import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { projectRoot } from '../../../tools/cli/project-root';
import { findProgram } from '../../../tools/dev/find-program';
import { runProgram } from '../../../tools/dev/run-program';
import {
  checks,
  UnavailableClientError,
  type InteropClient,
  type InteropProgram,
  type PrepareOptions,
} from './interop-client';

const MAVEN_CENTRAL = 'https://repo1.maven.org/maven2';
const DEFAULT_VERSION = '3.9.1';
/** What kafka-clients needs: a logging facade and its codecs. */
const LIBRARIES = [
  'org/slf4j/slf4j-api/1.7.36',
  'org/lz4/lz4-java/1.8.0',
  'org/xerial/snappy/snappy-java/1.1.10.5',
  'com/github/luben/zstd-jni/1.5.6-4',
];

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
    for (const folder of [jars, classes]) mkdirSync(folder, { recursive: true });
    for (const library of [`org/apache/kafka/kafka-clients/${version}`, ...LIBRARIES]) {
      await fetchJar(library, jars, note);
    }
    await compile(javac, jars, classes);
    return {
      version,
      program: java,
      args: ['-cp', [classes, join(jars, '*')].join(delimiter), 'Interop'],
      checks,
    };
  },
};

/** @param library group, artifact and version as a path */
async function fetchJar(
  library: string,
  folder: string,
  note: PrepareOptions['note'],
): Promise<void> {
  const [version, artifact] = library.split('/').reverse();
  const name = `${artifact}-${version}.jar`;
  if (existsSync(join(folder, name))) return;
  const url = `${MAVEN_CENTRAL}/${library}/${name}`;
  note(`Fetching ${url}`);
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    const part = join(folder, `${name}.part`);
    writeFileSync(part, Buffer.from(await response.arrayBuffer()));
    renameSync(part, join(folder, name));
  } catch (error) {
    throw new UnavailableClientError(`${url} cannot be fetched: ${String(error)}`);
  }
}

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
