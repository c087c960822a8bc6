import { installDebianPackages } from '../dev/debian-packages';
import type { LocalZookeeper, ZookeeperChoice, ZookeeperPurpose } from './choose-zookeeper';
import { chooseZookeeper } from './choose-zookeeper';
import { probeZookeeper } from './probe-zookeeper';
import { ZookeeperNotFoundError } from './zookeeper-error';

/** A ZooKeeper to use: one that runs elsewhere, one to start here, or one to start in Docker. */
export type FoundZookeeper = Exclude<ZookeeperChoice, { kind: 'install' } | { kind: 'none' }>;

export interface FindOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Told what is being installed, line by line. */
  readonly report: (line: string) => void;
}

/**
 * Finds a ZooKeeper, installing Debian's when there is none and that is possible.
 *
 * @throws {@link ZookeeperNotFoundError} whose advice names every way out
 * @throws PackageInstallError when apt-get fails
 */
export async function findZookeeper(options: FindOptions): Promise<FoundZookeeper> {
  return find('any', options);
}

/** As {@link findZookeeper}, but only java and jars on this machine will do. */
export async function findLocalZookeeper(options: FindOptions): Promise<LocalZookeeper> {
  const found = await find('local', options);
  if (found.kind !== 'local') throw new Error(`Asked for a local ZooKeeper, got ${found.kind}.`);
  return found.zookeeper;
}

async function find(purpose: ZookeeperPurpose, options: FindOptions): Promise<FoundZookeeper> {
  const { env, report } = options;
  let choice = chooseZookeeper(await probeZookeeper(env), purpose);
  if (choice.kind === 'install') {
    report(`Installing ${choice.packages.join(' and ')} with apt-get.`);
    await installDebianPackages(choice.packages, { rights: choice.rights, env, report });
    choice = chooseZookeeper({ ...(await probeZookeeper(env)), aptRights: null }, purpose);
  }
  switch (choice.kind) {
    case 'none':
      throw new ZookeeperNotFoundError(
        choice.message,
        `Choose one:\n${choice.ways.map((way) => `  - ${way}`).join('\n')}`,
      );
    case 'install':
      throw new Error('An installation cannot follow an installation.');
    default:
      return choice;
  }
}
