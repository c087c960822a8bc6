import { AssignedPartition } from './assigned-partition';
import { ConsumerStateError } from './consumer-errors';
import { formatPartition, type TopicPartition } from './topic-partition';

/** What changed with a new assignment. */
export interface AssignmentChange {
  readonly added: readonly AssignedPartition[];
  readonly removed: readonly AssignedPartition[];
}

/**
 * The partitions a consumer reads. It does not care who chooses them: the application or, some day,
 * a group.
 */
export class Assignment {
  private readonly byName = new Map<string, AssignedPartition>();
  /** In the order in which they are to be fetched: who brought data goes to the end. */
  private readonly fetchOrder = new Set<AssignedPartition>();
  /** Those with something to hand out, in turn. */
  private readonly ready = new Set<AssignedPartition>();
  private buffered = 0;

  get size(): number {
    return this.byName.size;
  }

  /** Bytes fetched and not yet handed out, of all partitions. */
  get bufferedBytes(): number {
    return this.buffered;
  }

  /** All partitions in the order in which they are to be fetched. */
  [Symbol.iterator](): IterableIterator<AssignedPartition> {
    return this.fetchOrder.values();
  }

  find(at: TopicPartition): AssignedPartition | undefined {
    return this.byName.get(formatPartition(at));
  }

  /** @throws ConsumerStateError */
  get(at: TopicPartition): AssignedPartition {
    const found = this.find(at);
    if (!found) throw ConsumerStateError.notAssigned(at);
    return found;
  }

  /** Whether it is (still) this very partition that is assigned. */
  holds(partition: AssignedPartition): boolean {
    return this.fetchOrder.has(partition);
  }

  topics(): string[] {
    return [...new Set([...this.fetchOrder].map(({ topic }) => topic))];
  }

  /** Makes these the partitions; those that stay keep their positions and what was fetched. */
  replace(wanted: Iterable<TopicPartition>): AssignmentChange {
    const names = new Map<string, TopicPartition>();
    for (const at of wanted) names.set(formatPartition(at), at);
    const removed: AssignedPartition[] = [];
    for (const [name, partition] of this.byName) {
      if (names.has(name)) continue;
      this.byName.delete(name);
      this.fetchOrder.delete(partition);
      this.ready.delete(partition);
      partition.dropBuffered();
      removed.push(partition);
    }
    const added: AssignedPartition[] = [];
    for (const [name, { topic, partition: number }] of names) {
      if (this.byName.has(name)) continue;
      const partition = new AssignedPartition(topic, number, (bytes) => (this.buffered -= bytes));
      this.byName.set(name, partition);
      this.fetchOrder.add(partition);
      added.push(partition);
    }
    return { added, removed };
  }

  /** What a response brought was added to the partition. */
  onFetched(partition: AssignedPartition, bytes: number): void {
    this.buffered += bytes;
    this.fetchOrder.delete(partition);
    this.fetchOrder.add(partition);
    this.update(partition);
  }

  /** To be called when a partition may have begun or ceased to have something to hand out. */
  update(partition: AssignedPartition): void {
    if (!partition.hasSomething || !this.holds(partition)) this.ready.delete(partition);
    else this.ready.add(partition);
  }

  /** Whose turn it is to hand something out. */
  nextReady(): AssignedPartition | undefined {
    for (const partition of this.ready) return partition;
    return undefined;
  }

  /** The partition had its turn. */
  rotate(partition: AssignedPartition): void {
    this.ready.delete(partition);
    this.update(partition);
  }
}
