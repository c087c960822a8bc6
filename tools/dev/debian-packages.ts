import type { Clock } from '../../client/runtime/clock';
import { delay, systemClock } from '../../client/runtime/clock';
import { KafkaClassicError } from '../../client/runtime/error';
import { aptProgress } from './apt-progress';
import { findProgram } from './find-program';
import type { ProgramResult } from './run-program';
import { runProgram } from './run-program';

/** How packages may be installed here: as root, with passwordless sudo, or not at all. */
export type AptRights = 'root' | 'sudo' | null;

/** apt-get did not install what was asked of it. */
export class PackageInstallError extends KafkaClassicError {
  constructor(packages: readonly string[], output: string) {
    super(`apt-get could not install ${packages.join(' ')}:\n${lastLines(output, 8)}`, {
      code: 'PACKAGE_INSTALL',
      retriable: true,
      advice: `Run it yourself to see more: ${installLine(packages)}`,
    });
  }
}

export interface InstallOptions {
  readonly rights: Exclude<AptRights, null>;
  readonly env: NodeJS.ProcessEnv;
  /** Told in a few lines how far apt is. */
  readonly report: (line: string) => void;
  readonly clock?: Clock;
}

const LOCK_TIMEOUT_S = 300;
const LISTS_LOCKED = /could not get lock|unable to lock directory/i;

/** What a person types to get these packages. */
export function installLine(packages: readonly string[]): string {
  return `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

export async function aptRights(env: NodeJS.ProcessEnv): Promise<AptRights> {
  if (findProgram('apt-get', env) === null) return null;
  if (process.getuid?.() === 0) return 'root';
  if (findProgram('sudo', env) === null) return null;
  const asked = await runProgram('sudo', ['-n', 'true'], { env, timeoutMs: 10_000 });
  return asked.code === 0 ? 'sudo' : null;
}

/**
 * Installs Debian packages without asking anything; waits up to five minutes for another apt to
 * finish. A failing `apt-get update` is not fatal: the lists at hand may do.
 *
 * @throws {@link PackageInstallError}
 */
export async function installDebianPackages(
  packages: readonly string[],
  options: InstallOptions,
): Promise<void> {
  await updateLists(options);
  const arguments_ = ['install', '-y', '--no-install-recommends', ...packages];
  const installed = await aptGet(arguments_, options);
  if (installed.code !== 0) throw new PackageInstallError(packages, installed.output);
}

/** DPkg::Lock::Timeout does not cover the lock of the package lists, so that one is waited for here. */
async function updateLists(options: InstallOptions): Promise<void> {
  const { clock = systemClock, report } = options;
  const end = clock.monotonic() + LOCK_TIMEOUT_S * 1000;
  for (;;) {
    const updated = await aptGet(['update'], options);
    if (updated.code === 0 || !LISTS_LOCKED.test(updated.output) || clock.monotonic() > end) return;
    report('Another apt is at work; waiting for it.');
    await delay(2000, clock);
  }
}

function aptGet(words: readonly string[], options: InstallOptions): Promise<ProgramResult> {
  const settings = [`DPkg::Lock::Timeout=${LOCK_TIMEOUT_S}`, 'Acquire::Retries=3'];
  const args = ['-q', ...settings.flatMap((setting) => ['-o', setting]), ...words];
  // sudo drops the environment, so what dpkg must see is set behind it.
  const [program, ...before] = options.rights === 'sudo' ? ['sudo', '-n', 'env'] : ['env'];
  const noQuestions = 'DEBIAN_FRONTEND=noninteractive';
  const progress = aptProgress(options.clock);
  return runProgram(program, [...before, noQuestions, 'LC_ALL=C', 'apt-get', ...args], {
    env: options.env,
    onLine: (line) => {
      const said = progress(line);
      if (said !== null) options.report(said);
    },
  });
}

function lastLines(text: string, count: number): string {
  return text.trim().split('\n').slice(-count).join('\n');
}
