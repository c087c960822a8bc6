import type { AptRights } from '../dev/debian-packages';
import { installLine } from '../dev/debian-packages';

/** A ZooKeeper that can be started on this machine. */
export interface LocalZookeeper {
  /** Path of a java of at least {@link MIN_JAVA}. */
  readonly java: string;
  /** What goes after `-cp`. */
  readonly classpath: string;
}

/** What was found on the machine; gathered by probe-zookeeper.ts. */
export interface ZookeeperProbe {
  /** `$ZOOKEEPER_CONNECT`, and whether somebody serves there. */
  readonly given: { readonly connect: string; readonly problem: string | null } | null;
  readonly java: string | null;
  /** A java that is too old, as `8 at /usr/bin/java`; only for the error text. */
  readonly oldJava: string | null;
  readonly classpath: string | null;
  readonly aptRights: AptRights;
  readonly debian: boolean;
  readonly macos: boolean;
  /** Whether a Docker daemon answers. */
  readonly docker: boolean;
}

/**
 * `any`: one ZooKeeper to talk to, wherever it runs. `local`: java and jars on this machine,
 * because the asker starts and kills servers itself (the integration tests).
 */
export type ZookeeperPurpose = 'any' | 'local';

export type ZookeeperChoice =
  | { readonly kind: 'given'; readonly connect: string }
  | { readonly kind: 'local'; readonly zookeeper: LocalZookeeper }
  | {
      readonly kind: 'install';
      readonly packages: readonly string[];
      readonly rights: 'root' | 'sudo';
    }
  | { readonly kind: 'docker' }
  | { readonly kind: 'none'; readonly message: string; readonly ways: readonly string[] };

export const MIN_JAVA = 11;
/** ZooKeeper's jars alone: the package `zookeeper` adds only scripts, and a desktop's Java. */
const JARS_PACKAGE = 'libzookeeper-java';
const JAVA_PACKAGE = 'default-jre-headless';

/** Which ZooKeeper to use, in the order: given, on the machine, installable, Docker, none. */
export function chooseZookeeper(probe: ZookeeperProbe, purpose: ZookeeperPurpose): ZookeeperChoice {
  const { given, java, classpath, aptRights } = probe;
  if (given !== null && purpose === 'any') {
    if (given.problem === null) return { kind: 'given', connect: given.connect };
    return {
      kind: 'none',
      message: `ZOOKEEPER_CONNECT is ${given.connect}, but ${given.problem}.`,
      ways: ['start that ZooKeeper, or correct ZOOKEEPER_CONNECT', 'or unset ZOOKEEPER_CONNECT'],
    };
  }
  if (java !== null && classpath !== null) return { kind: 'local', zookeeper: { java, classpath } };
  const packages = missingPackages(probe);
  if (aptRights !== null) return { kind: 'install', packages, rights: aptRights };
  if (probe.docker && purpose === 'any') return { kind: 'docker' };
  return { kind: 'none', message: whatIsMissing(probe), ways: waysOut(probe, purpose) };
}

function missingPackages({ java, classpath }: ZookeeperProbe): string[] {
  return [...(classpath === null ? [JARS_PACKAGE] : []), ...(java === null ? [JAVA_PACKAGE] : [])];
}

function whatIsMissing({ java, oldJava, classpath }: ZookeeperProbe): string {
  const noJava = oldJava === null ? `no Java ${MIN_JAVA} or later` : `only Java ${oldJava}`;
  if (java !== null) return 'There is Java, but no ZooKeeper on this machine.';
  if (classpath !== null) return `There is ZooKeeper, but ${noJava} on this machine.`;
  return `There is no ZooKeeper and ${noJava} on this machine.`;
}

function waysOut(probe: ZookeeperProbe, purpose: ZookeeperPurpose): string[] {
  const ways: string[] = [];
  if (probe.debian) ways.push(`Debian, Ubuntu: ${installLine(missingPackages(probe))}`);
  else if (probe.macos) ways.push('macOS: brew install zookeeper');
  ways.push(
    `any system: unpack a release of zookeeper.apache.org, install Java ${MIN_JAVA} or later, ` +
      'and export ZOOKEEPER_HOME=/path/to/it',
  );
  if (purpose === 'any') {
    ways.push('Docker: start its daemon; the image zookeeper:3.8 is fetched by itself');
    ways.push('elsewhere: export ZOOKEEPER_CONNECT=host:2181 of a ZooKeeper you have');
  }
  return ways;
}
