import type { LogReadResult } from './types';

/** What was asked for; the same question has the same answer while the log is only appended to. */
export interface ReadRequest {
  readonly startOffset: number;
  readonly maxBytes: number;
  /** No batch that reaches it is returned. */
  readonly bound: number;
  readonly minOneBatch: boolean;
}

/**
 * One read for all who ask for the same at the same time, as followers do that keep pace with their
 * leader. It can be had as long as somebody still has it.
 */
export class SharedRead {
  private holders = 0;
  private over = false;

  constructor(
    private readonly request: ReadRequest,
    private readonly result: LogReadResult,
  ) {}

  answers({ startOffset, maxBytes, bound, minOneBatch }: ReadRequest): boolean {
    const { request } = this;
    return (
      !this.over &&
      startOffset === request.startOffset &&
      bound === request.bound &&
      maxBytes === request.maxBytes &&
      minOneBatch === request.minOneBatch
    );
  }

  /** The result for one more, who releases it like one of his own. */
  lend(): LogReadResult {
    const { records, firstOffset, nextOffset } = this.result;
    let isHeld = true;
    this.holders++;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      if (--this.holders > 0) return;
      this.over = true;
      this.result.release();
    };
    return { records, firstOffset, nextOffset, release };
  }
}
