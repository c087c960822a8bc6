import { spawnSync } from 'node:child_process';
import { delay } from '../../client/runtime/clock';
import { projectRoot } from '../../tools/cli/project-root';
import { runProgram } from '../../tools/dev/run-program';

const BETWEEN_LOOKS_MS = 100;
const HEALTHY_WITHIN_MS = 90_000;

/** The words that call Compose, version 2 or 1, or undefined without one or without a daemon. */
export function findCompose(): readonly string[] | undefined {
  const works = ([program = '', ...args]: readonly string[]) =>
    spawnSync(program, args, { stdio: 'ignore' }).status === 0;
  if (!works(['docker', 'info'])) return undefined;
  return [['docker', 'compose'], ['docker-compose']].find((words) => works([...words, 'version']));
}

/** The project's docker-compose.yml under a name and on ports of its own. */
export class Compose {
  private readonly env: NodeJS.ProcessEnv;

  constructor(
    private readonly words: readonly string[],
    private readonly project: string,
    variables: Readonly<Record<string, string>>,
  ) {
    this.env = { ...process.env, ...variables, COMPOSE_PROJECT_NAME: project };
  }

  /** Output of e.g. `up -d`. @throws Error with the output when it fails */
  run(...args: string[]): Promise<string> {
    return this.program([...this.words, ...args]);
  }

  /** Output of a program in the container of a service. */
  inside(service: string, ...args: string[]): Promise<string> {
    return this.run('exec', '-T', service, ...args);
  }

  /** Starts what does not run and resolves when Docker calls all of it healthy. */
  async up(): Promise<void> {
    await this.run('up', '-d');
    // Not `--wait`: version 1 does not know it.
    const end = performance.now() + HEALTHY_WITHIN_MS;
    while ((await this.health()).some((status) => status !== 'healthy')) {
      if (performance.now() > end) throw new Error(await this.run('logs', '--no-color'));
      await delay(BETWEEN_LOOKS_MS);
    }
  }

  /** SIGKILL, as when a machine fails. Docker leaves it dead until {@link up}. */
  async kill(service: string): Promise<void> {
    await this.run('kill', '-s', 'SIGKILL', service);
  }

  async volumes(): Promise<number> {
    const label = `label=com.docker.compose.project=${this.project}`;
    return lines(await this.program(['docker', 'volume', 'ls', '-q', '--filter', label])).length;
  }

  private async health(): Promise<string[]> {
    const ids = lines(await this.run('ps', '-q'));
    const format = ['--format', '{{.State.Health.Status}}'];
    return lines(await this.program(['docker', 'inspect', ...format, ...ids]));
  }

  private async program([program = '', ...args]: readonly string[]): Promise<string> {
    const { code, output } = await runProgram(program, args, { env: this.env, cwd: projectRoot() });
    if (code !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${code}\n${output}`);
    return output;
  }
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
