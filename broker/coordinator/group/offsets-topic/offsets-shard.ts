import { RecordBatchBuilder, type CompressionType } from '../../../../client/records';
import { ProtocolError } from '../../../../client/protocol/protocol-error';
import { deferred, type Deferred } from '../../../../client/runtime/deferred';
import type { Log, LogAppendInfo } from '../../../log';
import { GroupStorageError } from '../group-storage-error';
import type { GroupOffsets, OffsetChange } from '../stored-group';
import { appendFailure } from './append-failure';
import type { CommitRounds } from './commit-rounds';
import { loadOffsets, type LoadOptions } from './load-offsets';
import { encodeOffsetKey, encodeOffsetValue } from './offset-records';
import { OffsetTable } from './offset-table';

/** One broker's lead of a partition, as long as it lasts. */
export interface Lead {
  readonly log: Log;
}

/** What a shard needs of its partition; see replication's Partition. */
export interface OffsetsPartition {
  /** @throws ProtocolError when this broker does not lead it */
  leading(): Lead;
  isLedBy(lead: Lead): boolean;
  append(records: Buffer, acks: number): LogAppendInfo;
  committed(info: LogAppendInfo, timeoutMs: number): Promise<void>;
  assertLease(): void;
}

export interface ShardOptions extends LoadOptions {
  /** `offsets.commit.timeout.ms`. */
  readonly commitTimeoutMs: number;
  /** `offsets.commit.required.acks`. */
  readonly requiredAcks: number;
  /** `offsets.topic.compression.codec`. */
  readonly compression: CompressionType;
  readonly now: () => number;
  /** Shared by all shards of a broker. */
  readonly rounds: CommitRounds;
}

interface Commit {
  readonly groupId: string;
  readonly changes: readonly OffsetChange[];
  readonly rows: readonly Row[];
  readonly sizeInBytes: number;
  readonly outcome: Deferred<void>;
}

interface Row {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

const ACKS_ALL = -1;
/** Most bytes of a record beside key and value. */
const RECORD_OVERHEAD = 32;
const BATCH_OVERHEAD = 61;

/**
 * The offsets in one partition of the offsets topic, for as long as this broker leads it: read from
 * the log once, then kept in step with what is written. The commits of one round go into one batch,
 * those of a group's commit never into two.
 */
export class OffsetsShard {
  private readonly table = new OffsetTable();
  private waiting: Commit[] = [];

  private constructor(
    private readonly partition: OffsetsPartition,
    private readonly lead: Lead,
    private readonly options: ShardOptions,
  ) {}

  /**
   * Reads the partition.
   *
   * @throws ProtocolError when this broker does not lead it; what reading throws
   */
  static async load(partition: OffsetsPartition, options: ShardOptions): Promise<OffsetsShard> {
    const shard = new OffsetsShard(partition, partition.leading(), options);
    await loadOffsets(shard.lead.log, shard.table, options);
    return shard;
  }

  /** Whether what is here is still the truth. */
  get isLed(): boolean {
    return this.partition.isLedBy(this.lead);
  }

  /** Groups that have offsets. */
  get groupIds(): string[] {
    return this.table.groupIds;
  }

  offsetsOf(groupId: string): GroupOffsets {
    return this.table.of(groupId);
  }

  /**
   * Writes changes of a group; they are to be seen here once they are committed.
   *
   * @throws GroupStorageError
   */
  async write(groupId: string, changes: readonly OffsetChange[]): Promise<void> {
    if (changes.length === 0) return;
    const rows = changes.map(({ topic, partition, committed }) => ({
      key: encodeOffsetKey({ groupId, topic, partition }),
      value: committed && encodeOffsetValue(committed),
    }));
    const sizeInBytes = rows.reduce(
      (sum, { key, value }) => sum + key.length + (value?.length ?? 0) + RECORD_OVERHEAD,
      0,
    );
    const commit = { groupId, changes, rows, sizeInBytes, outcome: deferred() };
    this.waiting.push(commit);
    if (this.waiting.length === 1) this.options.rounds.join(this.writeWaiting);
    await commit.outcome.promise;
  }

  /** Resolves when all of it is committed, or has failed. */
  private readonly writeWaiting = (): Promise<unknown> => {
    const commits = this.waiting;
    this.waiting = [];
    const limit = this.lead.log.config.maxMessageBytes;
    const appends: Promise<void>[] = [];
    let group: Commit[] = [];
    let size = BATCH_OVERHEAD;
    for (const commit of commits) {
      if (commit.sizeInBytes + BATCH_OVERHEAD > limit) {
        commit.outcome.reject(tooLarge(commit, limit));
        continue;
      }
      if (size + commit.sizeInBytes > limit) {
        appends.push(this.append(group, size));
        group = [];
        size = BATCH_OVERHEAD;
      }
      group.push(commit);
      size += commit.sizeInBytes;
    }
    if (group.length > 0) appends.push(this.append(group, size));
    return Promise.all(appends);
  };

  private async append(commits: readonly Commit[], maxBytes: number): Promise<void> {
    try {
      await this.appended(this.batchOf(commits, maxBytes));
    } catch (error) {
      for (const { groupId, outcome } of commits) outcome.reject(appendFailure(groupId, error));
      return;
    }
    for (const { groupId, changes, outcome } of commits) {
      for (const change of changes) this.table.apply(groupId, change);
      outcome.resolve();
    }
  }

  private batchOf(commits: readonly Commit[], maxBytes: number): Buffer {
    const { compression, now } = this.options;
    const builder = new RecordBatchBuilder({ compression, maxBytes });
    const timestamp = now();
    for (const { rows } of commits) {
      for (const { key, value } of rows) builder.tryAppend(timestamp, key, value);
    }
    return builder.build();
  }

  private async appended(batch: Buffer): Promise<void> {
    const { partition, options } = this;
    // Under another lead the partition may hold what this shard has not read.
    if (!this.isLed) throw new ProtocolError('NOT_LEADER_OR_FOLLOWER');
    const info = partition.append(batch, options.requiredAcks);
    if (options.requiredAcks === ACKS_ALL) {
      return partition.committed(info, options.commitTimeoutMs);
    }
    await info.written;
    partition.assertLease();
  }
}

function tooLarge({ groupId, sizeInBytes }: Commit, limit: number): GroupStorageError {
  return new GroupStorageError(
    'tooLarge',
    groupId,
    `A commit of group ${groupId} takes ${sizeInBytes} bytes; the offsets topic takes ${limit}.`,
  );
}
