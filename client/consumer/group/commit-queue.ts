import { formatPartition } from '../topic-partition';
import type { CommitCall } from './commit-call';
import type { OffsetToCommit } from './offset-to-commit';

/** An offset on its way, and who waits for it. */
export interface QueuedOffset {
  readonly name: string;
  readonly offset: OffsetToCommit;
  /** The generation in which it was given; a later one is fine if the partition was kept. */
  readonly generationId: number;
  /** Whether the consumer owned the partition then. */
  readonly isOwned: boolean;
  readonly calls: readonly CommitCall[];
}

/** Offsets that wait to be committed: per partition the latest given, which stands for those before. */
export class CommitQueue {
  private waiting = new Map<string, QueuedOffset>();

  get size(): number {
    return this.waiting.size;
  }

  put(
    offset: OffsetToCommit,
    facts: Pick<QueuedOffset, 'generationId' | 'isOwned'>,
    call: CommitCall,
  ): void {
    const name = formatPartition(offset);
    const calls = [...(this.waiting.get(name)?.calls ?? []), call];
    this.waiting.set(name, { name, offset, ...facts, calls });
  }

  /** Puts back what could not be committed now; what was given since stands for it. */
  putBack(queued: QueuedOffset): void {
    const later = this.waiting.get(queued.name);
    const calls = [...queued.calls, ...(later?.calls ?? [])];
    this.waiting.set(queued.name, { ...(later ?? queued), calls });
  }

  takeAll(): QueuedOffset[] {
    const all = [...this.waiting.values()];
    this.waiting = new Map();
    return all;
  }
}
