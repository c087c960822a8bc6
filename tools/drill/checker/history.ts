/** How a send ended, as its producer knows it. */
export type SendOutcome =
  /** Acknowledged with an offset. */
  | 'acked'
  /** The broker said that it did not take it: nobody may ever read it. */
  | 'refused'
  /** Not answered, or answered in a way that leaves both possible. */
  | 'unknown';

/**
 * One record a producer sent. Its value is unique in its partition; the sequence counts up from
 * send to send of one producer to one partition.
 */
export interface SendFact {
  readonly producer: number;
  readonly value: number;
  readonly sequence: number;
  /** Monotonic milliseconds, of the one clock all facts of a history share. */
  readonly invokedAt: number;
  completedAt: number;
  outcome: SendOutcome;
  /** Of an acknowledged one; -1 when the broker did not tell it. */
  offset: number;
}

/** Records as read, in the order in which they came: `values[i]` lies at `offsets[i]`. */
export interface ReadRecords {
  readonly offsets: readonly number[];
  readonly values: readonly number[];
}

/** What one poll of a consumer brought of one partition. */
export interface PollFact extends ReadRecords {
  readonly reader: string;
  /** Reads of one generation go on where the one before stopped; a seek or a rebalance begins another. */
  readonly generation: number;
  /** The offset the consumer asked for. */
  readonly from: number;
}

/** A whole read of a partition at the end, when all faults have healed. */
export interface FinalRead extends ReadRecords {
  /** Who was asked: `protocol`, or a replica (`broker 1`). */
  readonly source: string;
  /** Records below have been deleted on purpose. */
  readonly logStart: number;
}

/** One batch as it lies in a replica's file. */
export interface StoredBatch {
  readonly baseOffset: number;
  /** The offset after its last record. */
  readonly nextOffset: number;
  readonly bytes: Buffer;
}

/** One replica's log of a partition, from its files. */
export interface ReplicaLog {
  readonly broker: number;
  /** Compared up to here. */
  readonly highWatermark: number;
  /** In the order of the file. */
  readonly batches: readonly StoredBatch[];
}

/** An offset a group committed and was told so. */
export interface CommitFact {
  readonly group: string;
  readonly offset: number;
  /** The group was set back on purpose. */
  readonly reset: boolean;
}

/** All facts of one partition, each kind in the order in which it became known. */
export class PartitionHistory {
  readonly sends: SendFact[] = [];
  /** In the order of the acknowledgements. */
  readonly acks: SendFact[] = [];
  readonly polls: PollFact[] = [];
  readonly finals: FinalRead[] = [];
  readonly replicas: ReplicaLog[] = [];
  readonly commits: CommitFact[] = [];

  constructor(
    /** `topic-0`. */
    readonly name: string,
  ) {}

  /** A producer hands a record over. Its outcome is `unknown` until it is said. */
  sending(producer: number, value: number, sequence: number, at: number): SendFact {
    const send: SendFact = {
      producer,
      value,
      sequence,
      invokedAt: at,
      completedAt: Infinity,
      outcome: 'unknown',
      offset: -1,
    };
    this.sends.push(send);
    return send;
  }

  acked(send: SendFact, offset: number, at: number): void {
    send.outcome = 'acked';
    send.offset = offset;
    send.completedAt = at;
    this.acks.push(send);
  }

  /** Only for errors after which the record is certainly not in the log. */
  refused(send: SendFact, at: number): void {
    send.outcome = 'refused';
    send.completedAt = at;
  }
}

/** What clients did and saw, by partition; what {@link check} judges. */
export class History {
  readonly partitions = new Map<string, PartitionHistory>();

  partition(name: string): PartitionHistory {
    let partition = this.partitions.get(name);
    if (!partition) this.partitions.set(name, (partition = new PartitionHistory(name)));
    return partition;
  }

  /** For partitions that were deleted on purpose. */
  forget(name: string): void {
    this.partitions.delete(name);
  }
}
