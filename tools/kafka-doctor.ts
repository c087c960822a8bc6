#!/usr/bin/env node
import { resolveClientOptions } from '../client/network';
import { systemClock } from '../client/runtime/clock';
import { paths } from '../zk-coordination/stores/paths';
import { topicFilter } from './admin/topic-filter';
import { clientSettings } from './cli/client-properties';
import { colours } from './cli/colours';
import { ExitCode, runCommand, type CommandContext, type CommandDefinition } from './cli/command';
import { loadPropertiesFile } from './cli/properties-file';
import { checks } from './doctor/check-table';
import { takeSnapshot } from './doctor/collect/snapshot';
import { ZnodeReader } from './doctor/collect/znode-reader';
import { NoClusterError } from './doctor/doctor-error';
import {
  bootstrapAddresses,
  declareDoctorOptions,
  disksToLookAt,
  requiredZookeeper,
  type DoctorOptions,
} from './doctor/doctor-options';
import { examine, type Diagnosis } from './doctor/examine';
import { renderChecks, renderReport } from './doctor/report';
import { jsonChecks, jsonReport } from './doctor/report-json';

export const definition: CommandDefinition<DoctorOptions> = {
  name: 'kafka-doctor',
  summary:
    'Compares what ZooKeeper, the controller, the brokers and the disks say, and prints where they disagree.\n\n' +
    'Nothing is changed. What is only a passing state of a cluster that changes is not reported: a ' +
    'disagreement counts when it lasts. The exit code is 0 when there is none and 1 when there is any.',
  examples: [
    { line: 'kafka-doctor --zookeeper localhost:2181', does: 'examine a cluster' },
    {
      line: 'kafka-doctor --zookeeper localhost:2181 --log-dirs 1=/data/1,2=/data/2',
      does: 'with what lies on the disks of two of its brokers, running or not',
    },
    {
      line: 'kafka-doctor --zookeeper localhost:2181/kafka --topic "click.*" --json',
      does: 'what concerns some topics, for a program',
    },
    { line: 'kafka-doctor --list-checks', does: 'what is checked' },
  ],
  configure: declareDoctorOptions,
  run: doctor,
};

async function doctor(context: CommandContext<DoctorOptions>): Promise<number> {
  const { options, print, terminal } = context;
  if (options.listChecks) {
    print(options.json ? toJson(jsonChecks(checks)) : renderChecks(checks));
    return ExitCode.ok;
  }
  const diagnosis = await diagnose(context);
  const paint = colours(terminal.stdout, terminal.env);
  print(options.json ? toJson(jsonReport(diagnosis)) : renderReport(diagnosis, paint));
  return diagnosis.findings.length === 0 ? ExitCode.ok : ExitCode.failure;
}

async function diagnose({ options, note }: CommandContext<DoctorOptions>): Promise<Diagnosis> {
  const zookeeper = requiredZookeeper(options);
  const bootstrap = bootstrapAddresses(options);
  const disks = disksToLookAt(options);
  const isWanted = topicFilter(options.topic);
  const connections = connectionOptions(options, note);
  const clock = systemClock;
  const reader = await ZnodeReader.open(zookeeper);
  try {
    if ((await reader.get(paths.brokerIds)) === null) throw new NoClusterError(zookeeper);
    const look = () => takeSnapshot({ reader, bootstrap, connections, disks, clock });
    return await examine(look, { checks, settleMs: options.settleMs, clock, isWanted });
  } finally {
    await reader.close();
  }
}

function connectionOptions(
  { commandConfig, timeoutMs }: DoctorOptions,
  note: (line: string) => void,
) {
  const properties = commandConfig === undefined ? {} : loadPropertiesFile(commandConfig);
  const { client, withoutEffect } = clientSettings('admin', properties);
  if (withoutEffect.length > 0) {
    note(`Ignored in the --command-config file: ${withoutEffect.join(', ')}`);
  }
  return resolveClientOptions({
    clientId: 'kafka-doctor',
    ...client,
    // Whom to ask, ZooKeeper says.
    brokers: () => [],
    connectionTimeout: timeoutMs,
    requestTimeout: timeoutMs,
  });
}

function toJson(value: object): string {
  return JSON.stringify(value, null, 2);
}

if (require.main === module) void runCommand(definition);
