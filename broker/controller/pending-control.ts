import { topicPartitionKey, type TopicPartition } from '../../zk-coordination';
import {
  incarnationKey,
  type LeadershipEntry,
  type PartitionSnapshot,
  type StopEntry,
} from './control-entry';

/** What one broker is to be told next, to be sent in this order. */
export interface ControlRound {
  readonly leadership: Part<LeadershipEntry> | undefined;
  readonly metadata: Part<PartitionSnapshot> | undefined;
  readonly stops: readonly StopEntry[];
}

/** Entries of one request. */
export interface Part<E> {
  /** These are all there are: what the broker has beyond them is out of date. */
  readonly isFull: boolean;
  readonly entries: readonly E[];
}

/**
 * What one incarnation of a broker has not been told yet, of each partition only the newest. A
 * broker that cannot be reached for long costs no more than its partitions.
 *
 * It begins in full: the first instructions, and the first metadata, say everything.
 */
export class PendingControl {
  private readonly leadership = new Map<string, LeadershipEntry>();
  private readonly metadata = new Map<string, PartitionSnapshot>();
  private readonly stops = new Map<string, StopEntry>();
  /** When each entry was put in: of an instruction and a stop, the later holds. */
  private readonly order = new WeakMap<object, number>();
  private last = 0;
  private leadershipIsFull = true;
  private metadataIsFull = true;
  private leadershipBegun = false;
  private metadataBegun = false;

  /** Instructions may be none, which matters when they are the first. */
  addLeadership(entries: readonly LeadershipEntry[]): void {
    this.leadershipBegun = true;
    for (const entry of entries) {
      const key = topicPartitionKey(entry);
      // A deletion is carried out before the partition may be there again.
      if (this.stops.get(key)?.deletePartition === false) this.stops.delete(key);
      const isNew = entry.isNew || (this.leadership.get(key)?.isNew ?? false);
      this.leadership.set(key, this.ordered({ ...entry, isNew }));
    }
  }

  addMetadata(entries: readonly PartitionSnapshot[]): void {
    this.metadataBegun = true;
    for (const entry of entries) {
      const key = incarnationKey(entry);
      // To the end: what is deleted comes before what takes its name.
      this.metadata.delete(key);
      this.metadata.set(key, entry);
    }
  }

  addStops(entries: readonly StopEntry[]): void {
    for (const entry of entries) {
      const key = topicPartitionKey(entry);
      // What says everything has to name the partition too, or it is taken for a leftover.
      if (!this.leadershipIsFull) this.leadership.delete(key);
      const deletePartition =
        entry.deletePartition || (this.stops.get(key)?.deletePartition ?? false);
      this.stops.set(key, this.ordered({ ...entry, deletePartition }));
    }
  }

  /** Whether there is something to lead, follow or stop for the partition. */
  concerns(partition: TopicPartition): boolean {
    const key = topicPartitionKey(partition);
    return this.leadership.has(key) || this.stops.has(key);
  }

  /** Takes out what can be sent; undefined when there is nothing. */
  takeRound(): ControlRound | undefined {
    const first = this.leadershipIsFull ? this.takeBlockingStops() : [];
    if (first.length > 0) return { leadership: undefined, metadata: undefined, stops: first };
    const round = {
      leadership: this.takeLeadership(),
      metadata: this.takeMetadata(),
      stops: [...this.stops.values()],
    };
    this.stops.clear();
    return round.leadership || round.metadata || round.stops.length > 0 ? round : undefined;
  }

  /** Instructions that were not delivered; newer ones stand. */
  putBackLeadership({ isFull, entries }: Part<LeadershipEntry>): void {
    if (isFull) {
      this.leadershipIsFull = true;
      this.leadershipBegun = true;
    }
    for (const entry of entries) {
      const key = topicPartitionKey(entry);
      const newer = this.leadership.get(key);
      if (newer) {
        const merged = { ...newer, isNew: newer.isNew || entry.isNew };
        this.order.set(merged, this.order.get(newer) ?? 0);
        this.leadership.set(key, merged);
      } else if (isFull || !this.stops.has(key)) this.leadership.set(key, entry);
    }
  }

  /** Metadata that was not delivered; newer stands. */
  putBackMetadata({ isFull, entries }: Part<PartitionSnapshot>): void {
    if (isFull) {
      this.metadataIsFull = true;
      this.metadataBegun = true;
    }
    const newer = [...this.metadata];
    this.metadata.clear();
    for (const entry of entries) this.metadata.set(incarnationKey(entry), entry);
    for (const [key, entry] of newer) {
      this.metadata.delete(key);
      this.metadata.set(key, entry);
    }
  }

  /** Stops that were not delivered, unless the partition is to be led or followed again. */
  putBackStops(entries: readonly StopEntry[]): void {
    for (const entry of entries) {
      const key = topicPartitionKey(entry);
      const newer = this.stops.get(key);
      if (newer) {
        const merged = {
          ...newer,
          deletePartition: newer.deletePartition || entry.deletePartition,
        };
        this.order.set(merged, this.order.get(newer) ?? 0);
        this.stops.set(key, merged);
      } else if (entry.deletePartition || !this.leadership.has(key)) {
        this.stops.set(key, entry);
      }
    }
  }

  /**
   * Deletions of what is to be there again. Where everything is to be said nothing can be held
   * back, so they go first.
   */
  private takeBlockingStops(): StopEntry[] {
    const taken: StopEntry[] = [];
    for (const [key, entry] of this.leadership) {
      const stop = this.stops.get(key);
      if (!stop || !this.isBlocked(key, entry)) continue;
      taken.push(stop);
      this.stops.delete(key);
    }
    return taken;
  }

  /** Whether an instruction has come after a deletion that is not carried out yet. */
  private isBlocked(key: string, entry: LeadershipEntry): boolean {
    const stop = this.stops.get(key);
    if (!stop?.deletePartition) return false;
    return (this.order.get(stop) ?? 0) < (this.order.get(entry) ?? 0);
  }

  private ordered<E extends object>(entry: E): E {
    this.order.set(entry, ++this.last);
    return entry;
  }

  private takeLeadership(): ControlRound['leadership'] {
    const isFull = this.leadershipIsFull;
    if (isFull && !this.leadershipBegun) return undefined;
    const entries: LeadershipEntry[] = [];
    for (const [key, entry] of this.leadership) {
      if (this.isBlocked(key, entry)) continue;
      entries.push(entry);
      this.leadership.delete(key);
    }
    this.leadershipIsFull = false;
    return isFull || entries.length > 0 ? { isFull, entries } : undefined;
  }

  private takeMetadata(): ControlRound['metadata'] {
    const isFull = this.metadataIsFull;
    if (isFull && !this.metadataBegun) return undefined;
    const entries = [...this.metadata.values()];
    this.metadata.clear();
    this.metadataIsFull = false;
    return isFull || entries.length > 0 ? { isFull, entries } : undefined;
  }
}
