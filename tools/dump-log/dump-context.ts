import type { Findings } from './findings';
import type { LineWriter } from './line-writer';

/** Where a dump goes: what the files say, and what does not fit together in them. */
export interface DumpContext {
  readonly out: LineWriter;
  readonly findings: Findings;
}
