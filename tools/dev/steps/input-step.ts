import { createReadStream, existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../cli/usage-error';
import { SAMPLE_LINES, writeClicks } from '../sample/generate-clicks';
import type { StartContext } from '../start-context';
import type { Step } from '../step';

/** Has a real file of lines ready: the user's, or the click-stream sample. Sets `input`. */
export const inputStep: Step<StartContext> = {
  title: 'Preparing the input',
  run: async (context) => {
    const file = inputFile(context);
    const lines = await countLines(file);
    if (lines === 0) throw new UsageError(`${file} is empty.`, 'Name a file with lines of text.');
    context.input = { file, lines };
    return `Input is ${file}: ${lines} lines`;
  },
};

function inputFile({ options, layout }: StartContext): string {
  if (options.input === undefined) {
    if (!existsSync(layout.sampleFile)) writeClicks(layout.sampleFile, SAMPLE_LINES);
    return layout.sampleFile;
  }
  const file = resolve(options.input);
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new UsageError(`${file} is no file.`, 'Check the path after --input.');
  }
  return file;
}

/** A last line without a newline counts too. */
export async function countLines(file: string): Promise<number> {
  const NEWLINE = 10;
  let lines = 0;
  let last = NEWLINE;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) {
    const bytes = chunk as Buffer;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
    last = bytes[bytes.length - 1];
  }
  return last === NEWLINE ? lines : lines + 1;
}
