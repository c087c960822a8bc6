import { existsSync } from 'node:fs';
import { aptRights } from '../dev/debian-packages';
import { findProgram } from '../dev/find-program';
import { runProgram } from '../dev/run-program';
import type { ZookeeperProbe } from './choose-zookeeper';
import { serversOf } from './connect-string';
import { findJava } from './find-java';
import { findZookeeperClasspath } from './find-classpath';
import { serverProblem } from './four-letter-word';

/** Looks what there is; asks the slow questions (sudo, Docker) only when the fast ones found nothing. */
export async function probeZookeeper(env: NodeJS.ProcessEnv): Promise<ZookeeperProbe> {
  const given = await probeGiven(env.ZOOKEEPER_CONNECT);
  const { java, oldJava } = await findJava(env);
  const classpath = findZookeeperClasspath(env);
  const complete = java !== null && classpath !== null;
  return {
    given,
    java,
    oldJava,
    classpath,
    aptRights: complete ? null : await aptRights(env),
    debian: existsSync('/etc/debian_version'),
    macos: process.platform === 'darwin',
    docker: complete ? false : await dockerAnswers(env),
  };
}

/** One server that serves is enough: the clients find it by themselves. */
async function probeGiven(connect: string | undefined): Promise<ZookeeperProbe['given']> {
  if (!connect) return null;
  const problems = await Promise.all(serversOf(connect).map(serverProblem));
  const serves = problems.includes(null);
  return { connect, problem: serves ? null : problems.join(', ') };
}

async function dockerAnswers(env: NodeJS.ProcessEnv): Promise<boolean> {
  if (findProgram('docker', env) === null) return false;
  const format = '{{.Server.Version}}';
  const told = await runProgram('docker', ['version', '--format', format], {
    env,
    timeoutMs: 10_000,
  });
  return told.code === 0;
}
