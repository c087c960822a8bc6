#!/usr/bin/env node
import { join, resolve } from 'node:path';
import { stopDockerZookeeper } from '../zookeeper/docker-zookeeper';
import { stopZookeeper } from '../zookeeper/zookeeper-process';
import type { CommandContext, CommandDefinition } from '../cli/command';
import { runCommand } from '../cli/command';
import { projectRoot } from '../cli/project-root';
import { ClusterLayout } from './cluster-layout';
import type { StopOutcome } from './pid-file';
import { stopByPidFile } from './pid-file';
import { readZookeeperState } from './zookeeper-state';

interface Options {
  data: string;
}

/** A broker flushes all its logs on the way out; that may take a while. */
const BROKER_DEADLINE_MS = 60_000;
/** After which it is said what takes so long. */
const SILENT_MS = 2000;

export const definition: CommandDefinition<Options> = {
  name: 'npm stop --',
  summary: 'Stops the brokers and the ZooKeeper of npm start. The data stays.',
  examples: [
    { line: 'npm stop', does: 'stop all' },
    { line: 'npm stop -- --data /tmp/other', does: 'stop what another data folder belongs to' },
  ],
  configure: (command) => {
    command.option('--data <dir>', 'the folder given to npm start', join(projectRoot(), 'data'));
  },
  run: stop,
};

/** Brokers first, the highest id first: they say goodbye to ZooKeeper. */
async function stop({ options, terminal, print }: CommandContext<Options>): Promise<void> {
  const layout = new ClusterLayout(resolve(options.data));
  const told: string[] = [];
  const tell = (what: string, outcome: StopOutcome): void => {
    if (outcome === 'not-running') return;
    told.push(what);
    print(outcome === 'stopped' ? `✔ ${what} stopped` : `✔ ${what} did not stop, so it was killed`);
  };
  for (const id of layout.brokerIds().reverse()) {
    const telling = setTimeout(
      () => print(`  Broker ${id} hands over what it leads and flushes its logs ...`),
      SILENT_MS,
    );
    const outcome = await stopByPidFile(layout.brokerPidFile(id), {
      deadlineMs: BROKER_DEADLINE_MS,
    });
    clearTimeout(telling);
    tell(`Broker ${id}`, outcome);
  }
  tell('ZooKeeper', await stopZookeeper({ home: layout.zookeeperHome }));
  const state = readZookeeperState(layout.zookeeperState);
  if (state?.kind === 'docker' && (await stopDockerZookeeper(state.clientPort, terminal.env))) {
    tell('ZooKeeper in Docker', 'stopped');
  }
  if (told.length === 0) print('Nothing to stop.');
}

if (require.main === module) void runCommand(definition);
