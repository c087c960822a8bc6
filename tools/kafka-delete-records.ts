#!/usr/bin/env node
import { describeError } from '../client/runtime/error';
import { bootstrapServers, declareAdminOptions, type AdminOptions } from './admin/admin-options';
import { withAdmin } from './admin/admin-session';
import { parseDeleteRecordsFile } from './admin/offsets/delete-records-file';
import { outcomes } from './admin/outcomes';
import { ExitCode, runCommand, type CommandContext, type CommandDefinition } from './cli/command';
import { readTextFile } from './cli/text-file';
import { UsageError } from './cli/usage-error';

interface Options extends AdminOptions {
  offsetJsonFile?: string;
}

export const definition: CommandDefinition<Options> = {
  name: 'kafka-delete-records',
  summary:
    'Makes records before an offset unreadable.\n\n' +
    'Ends with 1 when it failed for one of the partitions, unlike the tool of Apache Kafka.',
  examples: [
    {
      line: 'kafka-delete-records --bootstrap-server localhost:9092 --offset-json-file cut.json',
      does: 'cut.json: {"partitions":[{"topic":"clicks","partition":0,"offset":100}],"version":1}',
    },
  ],
  configure: (command) => {
    declareAdminOptions(command).option(
      '--offset-json-file <file>',
      'the first offset to keep of each partition, -1 to keep nothing; required',
    );
  },
  run: deleteRecords,
};

async function deleteRecords(context: CommandContext<Options>): Promise<number> {
  const { options, print } = context;
  bootstrapServers(options);
  if (options.offsetJsonFile === undefined) {
    throw new UsageError('--offset-json-file must be specified.');
  }
  const records = parseDeleteRecordsFile(readTextFile(options.offsetJsonFile));
  return withAdmin(context, 'kafka-delete-records', async (admin) => {
    print('Executing records delete operation');
    const { succeeded, failures } = await outcomes(
      admin.deleteRecords(
        records.map(({ topic, partition, offset }) => ({ topic, partition, beforeOffset: offset })),
      ),
    );
    print('Records delete operation completed:');
    for (const { topic, partition } of records) {
      const name = `${topic}-${partition}`;
      const done = succeeded.find((one) => one.topic === topic && one.partition === partition);
      print(
        done
          ? `partition: ${name}\tlow_watermark: ${done.lowWatermark}`
          : `partition: ${name}\terror: ${describeError(failures.get(name))}`,
      );
    }
    return failures.size === 0 ? ExitCode.ok : ExitCode.failure;
  });
}

if (require.main === module) void runCommand(definition);
