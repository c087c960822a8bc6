import { type Deferred, deferred } from '../../../../client/runtime/deferred';
import { describeError } from '../../../../client/runtime/error';
import { Mailbox } from '../../../../client/runtime/mailbox';
import {
  type ClaimedGroup,
  topicPartitionKey,
  type ZooKeeperClient,
} from '../../../../zk-coordination';
import type { ClaimEvents, GroupClaim, GroupSnapshot } from '../group-storage';
import { GroupStorageError } from '../group-storage-error';
import { partitionOwners } from '../partition-owners';
import type { OffsetChange, StoredGroup } from '../stored-group';
import { storageError } from './storage-error';

export interface ZooKeeperGroupClaimOptions {
  readonly zk: ZooKeeperClient;
  readonly claimed: ClaimedGroup;
  readonly events: ClaimEvents;
  /** Whom to propose as the next coordinator when the claim is given back; undefined for nobody. */
  readonly successor: () => number | undefined;
  /** The claim is over, however. */
  readonly onOver: () => void;
}

type Write =
  | { readonly kind: 'group'; readonly group: StoredGroup; readonly done: Deferred<void> }
  | {
      readonly kind: 'offsets';
      /** The latest for each partition. */
      readonly changes: Map<string, OffsetChange>;
      readonly done: Deferred<void>;
    }
  | { readonly kind: 'remove'; readonly done: Deferred<void> }
  | { readonly kind: 'release'; readonly done: Deferred<void> };

/** How long giving a claim back may take; after that it ends with the session. */
const RELEASE_MS = 5_000;

/**
 * One write at a time, in the order asked for; offsets that come meanwhile gather in the next. When
 * a write fails and it is not known what of it was stored, the claim is given up: whoever claims the
 * group next, maybe this broker again, loads what is.
 */
export class ZooKeeperGroupClaim implements GroupClaim {
  readonly snapshot: GroupSnapshot;
  private readonly generation: number;
  private readonly mailbox = new Mailbox<Write>(
    (write) => this.handle(write),
    (error) => this.lose(error),
  );
  private readonly open = new Set<Deferred<void>>();
  /** Waits at the end of the queue and takes more. */
  private gathering: Extract<Write, { kind: 'offsets' }> | undefined;
  private state: 'held' | 'ending' | 'over' = 'held';

  constructor(private readonly options: ZooKeeperGroupClaimOptions) {
    this.snapshot = options.claimed.contents;
    this.generation = options.zk.generation;
  }

  get groupId(): string {
    return this.options.claimed.groupId;
  }

  get isHeld(): boolean {
    const { zk } = this.options;
    return this.state === 'held' && zk.generation === this.generation && zk.lease.isHeld();
  }

  async saveGroup(group: StoredGroup): Promise<void> {
    await this.put({ kind: 'group', group, done: deferred() });
  }

  async saveOffsets(changes: readonly OffsetChange[]): Promise<void> {
    if (changes.length === 0) return;
    if (this.gathering !== undefined && this.state === 'held') {
      gather(this.gathering.changes, changes);
      return this.gathering.done.promise;
    }
    const write = { kind: 'offsets' as const, changes: new Map(), done: deferred() };
    gather(write.changes, changes);
    const written = this.put(write);
    // While it is handled at once, it takes no more.
    if (this.mailbox.size > 0) this.gathering = write;
    await written;
  }

  async remove(): Promise<void> {
    const written = this.put({ kind: 'remove', done: deferred() });
    this.state = 'ending';
    await written;
  }

  async release(): Promise<void> {
    if (this.state !== 'held') return;
    const { clock } = this.options.zk;
    const written = this.put({ kind: 'release', done: deferred() });
    this.state = 'ending';
    const over = deferred();
    const timer = clock.setTimeout(over.resolve, RELEASE_MS);
    written.then(over.resolve, over.resolve);
    await over.promise;
    clock.clearTimeout(timer);
    this.end(new Error('The claim has been given back.'));
  }

  /** The session that held the claim is over, or the storage is. */
  lose(cause: unknown): void {
    const wasHeld = this.state === 'held';
    if (this.state === 'over') return;
    if (wasHeld) {
      this.options.zk.logger.info(
        { event: 'group-claim-lost', group: this.groupId, error: describeError(cause) },
        'This broker does not coordinate the group any more.',
      );
    }
    this.end(cause);
    if (wasHeld) this.options.events.onLost();
  }

  private end(cause: unknown): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.options.onOver();
    const error = storageError(this.groupId, cause);
    for (const done of this.open) done.reject(error);
    this.open.clear();
  }

  private put(write: Write): Promise<void> {
    if (this.state !== 'held') return Promise.reject(this.isOver());
    this.gathering = undefined;
    this.open.add(write.done);
    this.mailbox.put(write);
    return write.done.promise;
  }

  private async handle(write: Write): Promise<void> {
    if (write === this.gathering) this.gathering = undefined;
    if (this.state === 'over') return;
    try {
      await this.carryOut(write);
      this.settle(write, undefined);
    } catch (error) {
      const reason = storageError(this.groupId, error);
      if (reason.reason === 'tooLarge') return this.settle(write, reason);
      return this.lose(reason);
    }
    if (write.kind === 'group') await this.options.claimed.tidy();
    if (write.kind === 'remove') this.end(this.isOver());
  }

  private carryOut(write: Write): Promise<void> {
    const { claimed, successor } = this.options;
    switch (write.kind) {
      case 'group':
        return claimed.saveGroup(write.group, partitionOwners(write.group));
      case 'offsets':
        return claimed.saveOffsets([...write.changes.values()]);
      case 'remove':
        return claimed.remove();
      case 'release':
        return claimed.release(successor() ?? null);
    }
  }

  private settle({ done }: Write, error: Error | undefined): void {
    this.open.delete(done);
    if (error === undefined) done.resolve();
    else done.reject(error);
  }

  private isOver(): GroupStorageError {
    return new GroupStorageError('taken', this.groupId, `Group "${this.groupId}" is given up.`);
  }
}

function gather(into: Map<string, OffsetChange>, changes: readonly OffsetChange[]): void {
  for (const change of changes) into.set(topicPartitionKey(change), change);
}
