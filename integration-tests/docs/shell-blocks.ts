/** Commands of a document that a reader can copy. */
export interface ShellBlock {
  /** Line of the fence, from 1. */
  readonly line: number;
  readonly script: string;
  /** Why the tests do not run it; undefined when they do. */
  readonly notRun: string | undefined;
}

const SHELLS = new Set(['bash', 'sh', 'shell']);
const NOT_RUN = /^\s*<!-- not run: (.+?) -->\s*$/;

/**
 * The shell blocks of a Markdown document, in order. A block is not run when the line before it
 * (blank ones do not count) says so: `<!-- not run: reason -->`.
 *
 * @throws Error when a fence is never closed
 */
export function shellBlocks(markdown: string): ShellBlock[] {
  const blocks: ShellBlock[] = [];
  let fence: { line: number; mark: string; language: string; lines: string[] } | undefined;
  let lastText = '';
  for (const [index, text] of markdown.split(/\r?\n/).entries()) {
    const [, mark = '', language = ''] = /^\s*(`{3,}|~{3,})\s*([\w-]*)/.exec(text) ?? [];
    if (fence) {
      if (!closes(text, fence.mark)) {
        fence.lines.push(text);
        continue;
      }
      if (SHELLS.has(fence.language)) {
        const script = fence.lines.join('\n');
        blocks.push({ line: fence.line, script, notRun: NOT_RUN.exec(lastText)?.[1] });
      }
      fence = undefined;
      lastText = '';
    } else if (mark !== '') {
      fence = { line: index + 1, mark, language, lines: [] };
    } else if (text.trim() !== '') {
      lastText = text;
    }
  }
  if (fence) throw new Error(`The fence in line ${fence.line} is never closed.`);
  return blocks;
}

function closes(text: string, mark: string): boolean {
  const trimmed = text.trim();
  return trimmed.startsWith(mark) && trimmed.replaceAll(mark[0]!, '') === '';
}

/** Where the cluster is that the documents call `localhost:9092` and `localhost:2181`. */
export interface Addresses {
  readonly broker: string;
  readonly zookeeper: string;
}

/** A block as it is run: at another cluster, and with `npx kafka-topics` as `bin/kafka-topics.sh`. */
export function runnable(script: string, { broker, zookeeper }: Addresses): string {
  return script
    .replaceAll(/\blocalhost:9092\b/g, broker)
    .replaceAll(/\blocalhost:2181\b/g, zookeeper)
    .replaceAll(/\bnpx ((?:kafka|zookeeper)-[\w-]+)/g, 'bin/$1.sh');
}
