#!/usr/bin/env node
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand, type CommandDefinition } from '../cli/command';
import { projectRoot } from '../cli/project-root';
import { documents } from './docs/documents';

/** Documents whose generated parts are not what the code says. */
export function staleDocuments(): string[] {
  return documents
    .filter((one) => one.render(read(one.path)) !== read(one.path))
    .map((one) => one.path);
}

function read(path: string): string {
  const file = join(projectRoot(), path);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

export const definition: CommandDefinition<{ check?: boolean }> = {
  name: 'npm run docs --',
  summary: 'Renders the parts of the documentation that follow from the code.',
  examples: [
    { line: 'npm run docs', does: 'write them' },
    { line: 'npm run docs -- --check', does: 'only tell which are out of date' },
  ],
  configure: (command) => command.option('--check', 'change nothing; fail when one is out of date'),
  run: async ({ options, print, note }) => {
    const stale = staleDocuments();
    for (const { path, render } of options.check ? [] : documents) {
      const file = join(projectRoot(), path);
      mkdirSync(dirname(file), { recursive: true });
      if (stale.includes(path)) writeFileSync(file, render(read(path)));
    }
    for (const path of stale) print(`${options.check ? 'out of date' : 'rendered'}: ${path}`);
    if (!options.check || stale.length === 0) return 0;
    note('Run: npm run docs');
    return 1;
  },
};

if (require.main === module) void runCommand(definition);
