/** A consumer's place in its group. Never changes; a rebalance makes a new one. */
export interface Member {
  /** Given by the coordinator; empty before. */
  readonly memberId: string;
  /** -1 outside of a generation. */
  readonly generationId: number;
}

export const stranger: Member = { memberId: '', generationId: -1 };
