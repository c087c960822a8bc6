import { join } from 'node:path';
import { projectRoot } from '../../../tools/cli/project-root';
import { runProgram } from '../../../tools/dev/run-program';

export const ZOOKEEPER_IMAGE = 'zookeeper:3.8';
export const BROKER_IMAGE = 'kafka-classic';
const NPM = 'https://registry.npmjs.org/';

let made: Promise<void> | undefined;

/**
 * Makes the images as docker-compose.yml does, once for this process; a moment when they are made.
 * `BUILD_NETWORK` and `NPM_CONFIG_REGISTRY` mean what they mean there.
 *
 * @throws Error with the output of what failed
 */
export function ensureImages(): Promise<void> {
  made ??= makeImages();
  return made;
}

async function makeImages(): Promise<void> {
  const { BUILD_NETWORK = 'default', NPM_CONFIG_REGISTRY = NPM } = process.env;
  await run(join(projectRoot(), 'tools', 'docker', 'make-base-images.sh'));
  await run('docker', [
    ...['build', '--quiet', '--tag', BROKER_IMAGE, '--network', BUILD_NETWORK],
    ...['--build-arg', `NPM_CONFIG_REGISTRY=${NPM_CONFIG_REGISTRY}`, '.'],
  ]);
}

async function run(program: string, args: readonly string[] = []): Promise<void> {
  const { code, output } = await runProgram(program, args, { cwd: projectRoot() });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${code}\n${output}`);
}
