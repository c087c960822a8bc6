import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const DEBIAN_JARS = '/usr/share/java';
const HOMES = [
  '/usr/share/zookeeper',
  '/opt/homebrew/opt/zookeeper/libexec',
  '/home/linuxbrew/.linuxbrew/opt/zookeeper/libexec',
  '/usr/local/opt/zookeeper/libexec',
];
/** Where releases are unpacked, under a name that tells the version. */
const PARENTS = ['/opt', '/usr/local'];
const RELEASE_FOLDER = /^(apache-)?zookeeper/;
const SERVER_JAR = /^zookeeper(-\d[\w.-]*)?\.jar$/;

/**
 * The class path of a ZooKeeper server on this machine, or `null`: `$ZOOKEEPER_CLASSPATH` as it
 * is, else `$ZOOKEEPER_HOME`, Debian's jars, Homebrew's, releases under /opt and /usr/local.
 *
 * @param root where the machine's file system starts; tests give another
 */
export function findZookeeperClasspath(env: NodeJS.ProcessEnv, root = '/'): string | null {
  if (env.ZOOKEEPER_CLASSPATH) return env.ZOOKEEPER_CLASSPATH;
  const homes = [
    ...HOMES.map((path) => join(root, path)),
    ...PARENTS.flatMap((parent) => releases(join(root, parent))),
  ];
  return (
    (env.ZOOKEEPER_HOME ? classpathOfHome(env.ZOOKEEPER_HOME) : null) ??
    classpathOfDebian(join(root, DEBIAN_JARS)) ??
    firstOf(homes, classpathOfHome)
  );
}

/** The manifest of Debian's jar names all it needs; without a logger it would be silent. */
function classpathOfDebian(folder: string): string | null {
  const server = join(folder, 'zookeeper.jar');
  if (!existsSync(server)) return null;
  const logger = join(folder, 'slf4j-simple.jar');
  return existsSync(logger) ? [server, logger].join(delimiter) : server;
}

/** A release: jars in lib/ (3.5 and later) or beside it (3.4), logging set up in conf/. */
function classpathOfHome(home: string): string | null {
  const lib = join(home, 'lib');
  const conf = join(home, 'conf');
  const beside = serverJar(home);
  if (beside === null && serverJar(lib) === null) return null;
  const parts = [existsSync(conf) ? conf : null, beside, join(lib, '*')];
  return parts.filter((part) => part !== null).join(delimiter);
}

function serverJar(folder: string): string | null {
  const name = names(folder).find((each) => SERVER_JAR.test(each));
  return name === undefined ? null : join(folder, name);
}

function releases(parent: string): string[] {
  const found = names(parent).filter((name) => RELEASE_FOLDER.test(name));
  return found
    .sort()
    .reverse()
    .map((name) => join(parent, name));
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function firstOf<T, R>(items: readonly T[], pick: (item: T) => R | null): R | null {
  for (const item of items) {
    const picked = pick(item);
    if (picked !== null) return picked;
  }
  return null;
}
