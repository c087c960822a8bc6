import { spawnSync } from 'node:child_process';

/** Names of networks and containers begin so; the id of the process they belong to follows. */
const PREFIX = 'kafka-classic-drill';

let count = 0;

/** A name that no other cluster of this machine has. */
export function clusterName(): string {
  return `${PREFIX}-${process.pid}-${++count}`;
}

/** Removes what clusters left behind whose process was ended before it could. */
export function removeLeftovers(): void {
  const isOver = (name: string): boolean => {
    const pid = Number(new RegExp(`^${PREFIX}-(\\d+)-`).exec(name)?.[1]);
    return pid > 0 && !isAlive(pid);
  };
  removeAll(isOver);
}

/** Removes the containers and the network of a cluster, whatever state they are in. */
export function removeCluster(cluster: string): void {
  removeAll((name) => name === cluster || name.startsWith(`${cluster}-`));
}

function removeAll(chosen: (name: string) => boolean): void {
  const filter = ['--filter', `name=${PREFIX}`];
  const containers = docker('ps', '--all', '--format', '{{.Names}}', ...filter).filter(chosen);
  if (containers.length > 0) docker('rm', '--force', '--volumes', ...containers);
  const networks = docker('network', 'ls', '--format', '{{.Name}}', ...filter).filter(chosen);
  if (networks.length > 0) docker('network', 'rm', ...networks);
}

/** Lines of output. By the command, since it must also work while this process is ending. */
function docker(...args: string[]): string[] {
  const { stdout } = spawnSync('docker', args, { encoding: 'utf8' });
  return (stdout ?? '').split('\n').filter((line) => line !== '');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
