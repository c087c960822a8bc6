#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { ensureCodecsReady } from '../client/records/compression/registry';
import { splitList } from '../client/runtime/split-list';
import { runCommand, type CommandContext, type CommandDefinition, ExitCode } from './cli/command';
import { decoderOf } from './dump-log/decoders';
import { offsetsKeyDecoder, offsetsValueDecoder } from './dump-log/offsets-decoder';
import { dumpFile, type DumpOptions } from './dump-log/dump-file';
import { Findings } from './dump-log/findings';
import { LineWriter } from './dump-log/line-writer';

interface Options {
  files: string[];
  printDataLog?: boolean;
  deepIteration?: boolean;
  verifyIndexOnly?: boolean;
  indexSanityCheck?: boolean;
  maxBytes?: number;
  keyDecoderClass?: string;
  valueDecoderClass?: string;
  skipRecordMetadata?: boolean;
  offsetsDecoder?: boolean;
}

const STRING_DECODER = 'org.apache.kafka.tools.api.StringDecoder';

export const definition: CommandDefinition<Options> = {
  name: 'kafka-dump-log',
  summary:
    'Prints the files of a partition: batches and records, indexes, producer snapshots. Damage goes to stderr and makes the exit code 1.',
  examples: [
    {
      line: 'kafka-dump-log --files data/clicks-0/00000000000000000000.log',
      does: 'the batches of a segment',
    },
    {
      line: 'kafka-dump-log --files data/clicks-0/00000000000000000000.log --print-data-log',
      does: 'its records, with keys and values',
    },
    {
      line: 'kafka-dump-log --files data/clicks-0/00000000000000000000.index,data/clicks-0/00000000000000000000.timeindex --verify-index-only',
      does: 'whether indexes and log fit together',
    },
  ],
  configure: (command) =>
    command
      .requiredOption(
        '--files <file,…>',
        'REQUIRED: .log, .index, .timeindex, .txnindex and .snapshot files',
        splitList,
      )
      .option('--print-data-log', 'print keys and values of the records too')
      .option('--deep-iteration', 'print the records of each batch')
      .option('--skip-record-metadata', 'print only keys and values of the records')
      .option('--verify-index-only', 'compare indexes with the log, do not print them')
      .option('--index-sanity-check', 'check indexes by themselves, do not print them')
      .option('--max-bytes <size>', 'read only so many bytes of each .log file', size)
      .option(
        '--max-message-size <size>',
        'accepted as Kafka does; there is no such limit here',
        size,
      )
      .option('--offsets-decoder', 'print keys and values as those of __consumer_offsets')
      .option('--key-decoder-class <class>', `how to print keys, default ${STRING_DECODER}`)
      .option(
        '--value-decoder-class <class>',
        'how to print values: StringDecoder, IntegerDecoder, LongDecoder or DefaultDecoder (hexadecimal)',
      ),
  run,
};

async function run({ options, terminal, note }: CommandContext<Options>): Promise<number> {
  await ensureCodecsReady();
  const out = new LineWriter(terminal.stdout);
  const findings = new Findings();
  const dump = dumpOptions(options);
  let unknown = 0;
  try {
    for (const file of options.files) {
      await out.line(`Dumping ${file}`);
      if (await dumpFile(file, dump, { out, findings })) continue;
      await out.flush();
      note(
        existsSync(file)
          ? `Ignoring unknown file ${file}`
          : `${file} does not exist. Name the files of a partition, as they lie in log.dirs/<topic>-<partition>/.`,
      );
      unknown += 1;
    }
  } finally {
    await out.flush();
    for (const line of findings.lines()) note(line);
  }
  return unknown === 0 && findings.isEmpty ? ExitCode.ok : ExitCode.failure;
}

function dumpOptions(options: Options): DumpOptions {
  const decode = decodersOf(options);
  return {
    deep: decode !== undefined || options.deepIteration === true,
    decode,
    skipMetadata: options.skipRecordMetadata === true,
    maxBytes: options.maxBytes ?? Infinity,
    verifyOnly: options.verifyIndexOnly === true,
    sanityOnly: options.indexSanityCheck === true,
  };
}

function decodersOf(options: Options): DumpOptions['decode'] {
  const { keyDecoderClass, valueDecoderClass, printDataLog, offsetsDecoder } = options;
  if (offsetsDecoder) return { key: offsetsKeyDecoder, value: offsetsValueDecoder };
  if (!printDataLog && !keyDecoderClass && !valueDecoderClass) return undefined;
  return {
    key: decoderOf(keyDecoderClass ?? STRING_DECODER),
    value: decoderOf(valueDecoderClass ?? STRING_DECODER),
  };
}

function size(value: string): number {
  const bytes = Number(value);
  if (Number.isInteger(bytes) && bytes >= 0) return bytes;
  throw new InvalidArgumentError('It must be a number of bytes.');
}

if (require.main === module) void runCommand(definition);
