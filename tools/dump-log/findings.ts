/** Two numbers that do not fit each other, and the sentence that says so. */
type Pair = readonly [number, number];

/** A kind of damage, in Kafka's words. Each is reported per file, with all its pairs. */
interface Finding {
  readonly title: (file: string) => string;
  readonly line: (pair: Pair) => string;
}

const findings = {
  indexMismatch: {
    title: (file) => `Mismatches in :${file}`,
    line: ([index, log]) => `  Index offset: ${index}, log offset: ${log}`,
  },
  timestampMismatch: {
    title: (file) => `Found timestamp mismatch in :${file}`,
    line: ([index, log]) => `  Index timestamp: ${index}, log timestamp: ${log}`,
  },
  timestampOrder: {
    title: (file) => `Found out of order timestamp in :${file}`,
    line: ([index, former]) =>
      `  Index timestamp: ${index}, Previously indexed timestamp: ${former}`,
  },
  offsetNotFound: {
    title: () => 'The following indexed offsets are not found in the log.',
    line: ([index, log]) => `Indexed offset: ${index}, found log offset: ${log}`,
  },
  notConsecutive: {
    title: (file) => `Non-consecutive offsets in ${file}`,
    line: ([first, second]) => `  ${first} is followed by ${second}`,
  },
  corrupt: {
    title: (file) => `Corrupt batches in ${file}`,
    line: ([offset, position]) => `  base offset: ${offset}, position: ${position}`,
  },
} as const satisfies Record<string, Finding>;

export type FindingKind = keyof typeof findings;

/** Enough of one kind to see what is going on; the rest is counted. */
const KEPT = 1000;

/** What does not fit together in the files dumped, told at the end as Kafka's tool does. */
export class Findings {
  private readonly found = new Map<FindingKind, Map<string, { pairs: Pair[]; more: number }>>();

  add(kind: FindingKind, file: string, first: number, second: number): void {
    let files = this.found.get(kind);
    if (!files) this.found.set(kind, (files = new Map()));
    let entry = files.get(file);
    if (!entry) files.set(file, (entry = { pairs: [], more: 0 }));
    if (entry.pairs.length < KEPT) entry.pairs.push([first, second]);
    else entry.more += 1;
  }

  get isEmpty(): boolean {
    return this.found.size === 0;
  }

  lines(): string[] {
    const lines: string[] = [];
    for (const [kind, files] of this.found) {
      const { title, line } = findings[kind];
      for (const [file, { pairs, more }] of files) {
        lines.push(title(file), ...pairs.map(line));
        if (more > 0) lines.push(`  and ${more} more`);
      }
    }
    return lines;
  }
}
