import { UsageError } from '../../cli/usage-error';
import type { BrokerTarget } from './broker-target';
import { CommandTarget } from './command-target';
import { DockerTarget } from './docker-target';
import { LocalTarget } from './local-target';
import { DrillTargetError } from './target-error';

/** How somebody says where the brokers are. */
export interface TargetOptions {
  data: string;
  project?: string;
  brokerService: string;
  zookeeperService: string;
  killCommand?: string;
  startCommand?: string;
  stopCommand?: string;
  pauseCommand?: string;
  resumeCommand?: string;
}

/**
 * The brokers that the commands given reach, else those of `npm start`, else those of Compose.
 *
 * @throws UsageError, DrillTargetError when there are none
 */
export async function chooseTarget(options: TargetOptions): Promise<BrokerTarget> {
  const { data, killCommand: kill, startCommand: start } = options;
  if (kill !== undefined || start !== undefined) {
    if (kill === undefined || start === undefined) {
      throw new UsageError('--kill-command and --start-command belong together.');
    }
    const { stopCommand: stop, pauseCommand: pause, resumeCommand: resume } = options;
    return new CommandTarget({ kill, start, stop, pause, resume });
  }
  const isOther = options.project !== undefined;
  if (!isOther && LocalTarget.isIn(data)) return new LocalTarget(data);
  const { project, brokerService, zookeeperService } = options;
  const found = await DockerTarget.find({ project, brokerService, zookeeperService });
  if (found) return found;
  throw new DrillTargetError(
    `No brokers of npm start run in ${data}, and there are no containers of docker compose.`,
    'Start a cluster, or say with --kill-command and --start-command how brokers are killed and started.',
  );
}
