import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, isExecutable } from '../dev/find-program';
import { runProgram } from '../dev/run-program';
import { MIN_JAVA } from './choose-zookeeper';

export interface FoundJava {
  /** Path of the first java that is new enough. */
  readonly java: string | null;
  /** The first that is not, as `8 at /usr/bin/java`. */
  readonly oldJava: string | null;
}

/** Looks at `$JAVA` (a program), `$JAVA_HOME`, `$PATH`, Homebrew's and Debian's places, in this order. */
export async function findJava(env: NodeJS.ProcessEnv): Promise<FoundJava> {
  let oldJava: string | null = null;
  for (const java of candidates(env)) {
    const major = await javaMajor(java, env);
    if (major === null) continue;
    if (major >= MIN_JAVA) return { java, oldJava: null };
    oldJava ??= `${major} at ${java}`;
  }
  return { java: null, oldJava };
}

/** The major version that `java -version` tells: `1.8.0_312` is 8, `17.0.15` is 17. */
export function parseJavaMajor(output: string): number | null {
  const match = /version "(?:1\.)?(\d+)/.exec(output);
  return match === null ? null : Number(match[1]);
}

function candidates(env: NodeJS.ProcessEnv): string[] {
  const named = [
    env.JAVA,
    env.JAVA_HOME && join(env.JAVA_HOME, 'bin', 'java'),
    findProgram('java', env),
    '/opt/homebrew/opt/openjdk/bin/java',
    '/usr/local/opt/openjdk/bin/java',
    ...subfolders('/usr/lib/jvm').map((folder) => join(folder, 'bin', 'java')),
  ];
  return [...new Set(named)].filter((path): path is string => !!path && isExecutable(path));
}

/** macOS has a /usr/bin/java that is no Java but asks to install one; it tells no version. */
async function javaMajor(java: string, env: NodeJS.ProcessEnv): Promise<number | null> {
  const told = await runProgram(java, ['-version'], { env, timeoutMs: 20_000 });
  return told.code === 0 ? parseJavaMajor(told.output) : null;
}

function subfolders(path: string): string[] {
  try {
    return readdirSync(path)
      .sort()
      .map((name) => join(path, name));
  } catch {
    return [];
  }
}
