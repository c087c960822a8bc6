import { join } from 'node:path';
import { projectRoot } from '../cli/project-root';
import { startDaemon } from '../kafka/daemon-start';
import type { ClusterLayout } from './cluster-layout';

/** The configs of a broker of `npm start`. */
export function brokerPropertiesFile(id: number, layout: ClusterLayout): string {
  return join(layout.brokerHome(id), 'server.properties');
}

/**
 * Starts a broker of `npm start` with the configs that lie in its folder.
 *
 * @returns its pid, when it serves
 * @throws KafkaClassicError BROKER_START_FAILED
 */
export async function startBroker(
  id: number,
  layout: ClusterLayout,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const pidFile = layout.brokerPidFile(id);
  const program = join(projectRoot(), 'dist/tools/kafka-server-start.js');
  const { pid } = await startDaemon({
    args: [program, brokerPropertiesFile(id, layout), '--pid-file', pidFile],
    pidFile,
    logFolder: layout.brokerHome(id),
    env,
  });
  return pid;
}
