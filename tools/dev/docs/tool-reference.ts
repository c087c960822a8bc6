import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { helpText, type CommandDefinition } from '../../cli/command';
import { projectRoot } from '../../cli/project-root';

const require_ = createRequire(__filename);

/** The tools that package.json installs, in its order; those not written yet are left out. */
export function toolDefinitions(): CommandDefinition[] {
  const manifest = readFileSync(join(projectRoot(), 'package.json'), 'utf8');
  const { bin } = JSON.parse(manifest) as { bin: Record<string, string> };
  return Object.keys(bin)
    .filter((name) => existsSync(join(projectRoot(), 'tools', `${name}.ts`)))
    .map((name) => require_(join(__dirname, '..', '..', name)) as { definition: CommandDefinition })
    .map(({ definition }) => definition);
}

/** docs/tools.md: what every tool prints for `--help`. */
export function renderToolReference(tools = toolDefinitions()): string {
  return [
    '# Tools',
    '',
    "The tools have the names, options and output of Apache Kafka's. Call them as `bin/<name>.sh`, or as `npx <name>` from the project's folder.",
    '',
    '- `--help` prints what is on this page, `--version` the version, `--verbose` adds stack traces and causes to errors.',
    '- Results go to stdout, notes and errors to stderr.',
    '- The exit code is 0 for success, 1 for a failure, 2 for a wrong command line, 130 and 143 after Ctrl-C and SIGTERM.',
    '- kafka-console-producer, kafka-producer-perf-test and kafka-verifiable-producer stop sending at the first Ctrl-C or SIGTERM and say how many records they still wait for; a second one gives these up, says how many there were, and ends at once.',
    '- Error codes are explained in [errors.md](errors.md) and [PROTOCOL.md](../PROTOCOL.md#error-codes).',
    '',
    '| tool | what it does |',
    '|---|---|',
    ...tools.map(({ name, summary }) => `| [${name}](#${name}) | ${summary.split('\n')[0]} |`),
    '',
    ...tools.flatMap((tool) => [`## ${tool.name}`, '', '```', helpText(tool), '```', '']),
    'This page is made from the tools themselves.',
    '',
  ].join('\n');
}
