#!/usr/bin/env node
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { Option } from 'commander';
import { runCommand, type CommandDefinition } from '../cli/command';
import { projectRoot } from '../cli/project-root';
import { plainTable } from '../cli/table';
import { replaceSection } from '../dev/docs/generated-section';
import { measureAll, parts, percent, type BenchLine, type Part } from './suite';

interface Options {
  json?: string;
  readme?: boolean;
  quick?: boolean;
  only?: Part[];
}

const COLUMNS = [
  { header: 'what' },
  { header: 'measured', align: 'right' },
  { header: 'ceiling', align: 'right' },
  { header: 'ratio', align: 'right' },
] as const;

export const definition: CommandDefinition<Options> = {
  name: 'npm run bench --',
  summary:
    'Measures the product and, in the same run, the ceilings it could reach on this machine. ' +
    'The ratios are what counts.',
  examples: [
    {
      line: 'npm run bench',
      does: 'the table; takes some six minutes on a quiet machine, two of them until a cluster has come to rest',
    },
    { line: 'npm run bench -- --json bench.json', does: 'also as JSON' },
    { line: 'npm run bench -- --only produce fetch', does: 'only these parts' },
    { line: 'npm run bench -- --readme', does: 'also into README.md' },
  ],
  configure: (command) =>
    command
      .option('--json <file>', 'write the results as JSON')
      .option('--readme', 'put the table into README.md')
      .addOption(new Option('--only <parts...>', 'measure only these').choices(parts))
      .option('--quick', 'a tenth of the data: to see that everything runs'),
  run: async ({ options, print, note }) => {
    const base = join(projectRoot(), 'data');
    mkdirSync(base, { recursive: true });
    const folder = mkdtempSync(join(base, 'bench-'));
    try {
      const only = new Set<Part>(options.only ?? parts);
      const lines = await measureAll({ folder, scale: options.quick ? 0.1 : 1, only, note });
      print(plainTable(COLUMNS, lines.map(rowOf)));
      if (options.json) writeFileSync(options.json, JSON.stringify(reportOf(lines), null, 2));
      if (options.readme) updateReadme(lines);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function rowOf({ what, measured, ceiling, ratio }: BenchLine): string[] {
  return [what, measured, ceiling ?? '', ratio === undefined ? '' : percent(ratio)];
}

function machine(): string {
  const [{ model }] = cpus();
  return `${cpus().length} cores (${model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
}

function reportOf(lines: readonly BenchLine[]): object {
  return { at: new Date().toISOString(), machine: machine(), lines };
}

function updateReadme(lines: readonly BenchLine[]): void {
  const file = join(projectRoot(), 'README.md');
  const table = [
    `Client and broker on the same machine: ${machine()}.`,
    '',
    '| what | measured | ceiling in the same run | ratio |',
    '|---|---:|---:|---:|',
    ...lines.map((line) => `| ${rowOf(line).join(' | ')} |`),
  ].join('\n');
  writeFileSync(file, replaceSection(readFileSync(file, 'utf8'), 'bench', table));
}

if (require.main === module) void runCommand(definition);
