import { ProtocolError } from '../../protocol/protocol-error';
import { backoffMs } from '../../runtime/backoff';
import { awaitedTimeout, type TimerHandle } from '../../runtime/clock';
import { describeError } from '../../runtime/error';
import type { Cluster } from '../../network';
import { formatPartition, type TopicPartition } from '../topic-partition';
import { CommitCall } from './commit-call';
import { CommitQueue, type QueuedOffset } from './commit-queue';
import type { ConsumerEmitter, MemberFacts } from './consumer-events';
import { CommitFailedError } from './group-errors';
import type { Member } from './member';
import type { OffsetRequests } from './offset-requests';
import type { OffsetToCommit } from './offset-to-commit';
import { reactionToError, type GroupReaction } from './reaction';

const GONE_ON = 'the group has gone on without this consumer.';

type LostReaction = Extract<GroupReaction, 'lost-generation' | 'lost-membership'>;

/** In whose name offsets are committed. */
export interface CommitIdentity {
  readonly facts: MemberFacts;
  /** Undefined while nothing can be committed. */
  readonly member: Member | undefined;
  /** Whether the coordinator is believed that it does not know {@link member}: not while joining. */
  readonly isSettled: boolean;
  owns(at: TopicPartition): boolean;
  /** The coordinator does not know the member any more. */
  onLost(reaction: LostReaction, error: unknown): void;
}

/**
 * Commits offsets, one request at a time: what is given meanwhile goes together with the next one,
 * of each partition the latest. What passes is repeated for as long as somebody waits for it.
 */
export class Committer {
  private readonly queue = new CommitQueue();
  private readonly stored = new Map<string, number>();
  private inFlight = false;
  private failures = 0;
  /** How often the membership was lost. */
  private losses = 0;
  /** It was lost, and there is no new one yet. */
  private isOut = false;
  private timer: TimerHandle | undefined;
  private closed = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly requests: OffsetRequests,
    private readonly identity: CommitIdentity,
    private readonly emitter: ConsumerEmitter,
  ) {}

  /** The offset that the group is known to have stored for a partition of this consumer. */
  storedOffset(at: TopicPartition): number | undefined {
    return this.stored.get(formatPartition(at));
  }

  /** What the group was found to have stored. */
  learn(at: TopicPartition, offset: number): void {
    this.stored.set(formatPartition(at), offset);
  }

  /** The partition may go to others, who commit other offsets. */
  forget(at: TopicPartition): void {
    this.stored.delete(formatPartition(at));
  }

  /**
   * Resolves when all of them are stored.
   *
   * @param timeoutMs for all attempts together
   * @throws CommitFailedError, ProtocolError
   */
  async commit(offsets: readonly OffsetToCommit[], timeoutMs: number): Promise<void> {
    const call = new CommitCall(offsets.length);
    const { generationId } = this.identity.facts;
    for (const offset of offsets) {
      this.queue.put(offset, { generationId, isOwned: this.identity.owns(offset) }, call);
    }
    this.pump();
    // Whoever waits here may be the one who has to let go of what was lost before it joins again.
    if (this.isOut) this.refuse(this.queue.takeAll(), GONE_ON);
    const { clock } = this.cluster.options;
    const onTime = () => {
      const text = `Offsets were not committed within ${timeoutMs} ms.`;
      call.giveUp(new ProtocolError('REQUEST_TIMED_OUT', text));
    };
    const timer = awaitedTimeout(onTime, timeoutMs, clock);
    try {
      await call.promise;
    } finally {
      clock.clearTimeout(timer);
    }
  }

  /** Sends what waits, if that is possible now. */
  pump(): void {
    const { member } = this.identity;
    if (member) this.isOut = false;
    if (this.inFlight || this.closed || !member || this.queue.size === 0) return;
    this.cluster.options.clock.clearTimeout(this.timer);
    const allowed = this.queue.takeAll().filter((queued) => this.isAllowed(queued));
    if (allowed.length > 0) void this.send(member, allowed);
  }

  /** Whatever waits will not be committed. */
  close(): void {
    this.closed = true;
    this.cluster.options.clock.clearTimeout(this.timer);
    this.refuse(this.queue.takeAll(), 'the consumer was closed.');
  }

  /** The member has lost its generation: what was given in it is void. */
  onLost(): void {
    this.losses++;
    this.isOut = true;
    this.stored.clear();
    this.refuse(this.queue.takeAll(), GONE_ON);
  }

  private isAllowed(queued: QueuedOffset): boolean {
    const { offset, generationId, isOwned } = queued;
    const isFine = isOwned
      ? this.identity.owns(offset)
      : generationId === this.identity.facts.generationId;
    if (!isFine) this.refuse([queued], `${queued.name} does not belong to this consumer any more.`);
    return isFine;
  }

  private async send(member: Member, batch: readonly QueuedOffset[]): Promise<void> {
    this.inFlight = true;
    const { losses } = this;
    const { clock } = this.cluster.options;
    const begin = clock.monotonic();
    const offsets = batch.map(({ offset }) => offset);
    try {
      const results = await this.requests.commit(member, offsets);
      this.settle(member, batch, results, clock.monotonic() - begin);
    } catch (error) {
      this.settle(member, batch, new Map(batch.map(({ name }) => [name, error])), 0);
    } finally {
      this.inFlight = false;
    }
    if (this.losses !== losses && this.isOut) this.refuse(this.queue.takeAll(), GONE_ON);
    if (this.closed) this.refuse(this.queue.takeAll(), 'the consumer was closed.');
    else if (this.failures === 0) this.pump();
    else this.pumpLater();
  }

  private settle(
    member: Member,
    batch: readonly QueuedOffset[],
    results: ReadonlyMap<string, unknown>,
    durationMs: number,
  ): void {
    const { facts, isSettled } = this.identity;
    const isCurrent =
      isSettled && member.generationId === facts.generationId && member.memberId === facts.memberId;
    const done: OffsetToCommit[] = [];
    let repeated: unknown;
    let lost: { reaction: LostReaction; error: unknown } | undefined;
    for (const queued of batch) {
      const error = results.has(queued.name)
        ? results.get(queued.name)
        : new ProtocolError('UNKNOWN_SERVER_ERROR', `There was no answer about ${queued.name}.`);
      const outcome = error === undefined ? 'stored' : outcomeOf(reactionToError(error), isCurrent);
      if (outcome === 'stored') {
        done.push(queued.offset);
        if (this.identity.owns(queued.offset)) this.stored.set(queued.name, queued.offset.offset);
        for (const call of queued.calls) call.settle();
      } else if (outcome === 'again') {
        repeated = error;
        this.queue.putBack(queued);
      } else if (outcome === 'failed') {
        for (const call of queued.calls) call.settle(error);
      } else {
        lost = { reaction: outcome, error };
        this.refuse([queued], 'the coordinator does not know this member any more.', error);
      }
    }
    this.failures = repeated === undefined ? 0 : this.failures + 1;
    if (repeated !== undefined) this.log(repeated);
    if (done.length > 0) {
      this.emitter.emit('commit', { ...facts, ...member, offsets: done, durationMs });
    }
    if (lost && member.generationId >= 0) this.identity.onLost(lost.reaction, lost.error);
  }

  private refuse(batch: readonly QueuedOffset[], why: string, cause?: unknown): void {
    for (const { calls } of batch) {
      for (const call of calls) call.settle(new CommitFailedError(why, cause));
    }
  }

  private pumpLater(): void {
    const { clock, random, retry } = this.cluster.options;
    const backoff = { initialMs: retry.initialRetryTime, maxMs: retry.maxRetryTime };
    clock.clearTimeout(this.timer);
    this.timer = clock.setTimeout(() => this.pump(), backoffMs(backoff, this.failures - 1, random));
  }

  private log(error: unknown): void {
    this.cluster.options.logger.info(
      { event: 'commit-repeated', group: this.identity.facts.groupId, err: error },
      `Offsets of group ${this.identity.facts.groupId} are committed again: ${describeError(error)}`,
    );
  }
}

/** @param isCurrent whether the member is still the one in whose name it was tried */
function outcomeOf(reaction: GroupReaction, isCurrent: boolean): 'again' | 'failed' | LostReaction {
  switch (reaction) {
    case 'repeat':
    case 'find-coordinator':
    case 'rejoin':
      return 'again';
    case 'lost-generation':
    case 'lost-membership':
      // In a new generation it may still be committed, if the partition was kept.
      return isCurrent ? reaction : 'again';
    case 'take-id':
    case 'fail':
      return 'failed';
  }
}
