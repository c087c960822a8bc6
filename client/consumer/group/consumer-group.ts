import { encodeSubscription } from '../../protocol/consumer-protocol';
import type { TimerHandle } from '../../runtime/clock';
import { describeError } from '../../runtime/error';
import type { Cluster } from '../../network';
import type { AssignedPartition } from '../assigned-partition';
import type { Assignment } from '../assignment';
import type { AutoOffsetReset } from '../consumer-options';
import type { Reader } from '../reader';
import type { TopicPartition } from '../topic-partition';
import type { RebalanceProtocol } from './assignors/assignor';
import { commonProtocol } from './assignors/assignor-registry';
import { CommittedPositions } from './committed-positions';
import { Committer } from './committer';
import type { ConsumerEmitter, MemberFacts } from './consumer-events';
import { GroupCoordinator } from './group-coordinator';
import type { ResolvedGroupOptions } from './group-options';
import type { OfferedProtocol } from './group-requests';
import { stranger, type Member } from './member';
import { Membership, type JoinedGeneration } from './membership';
import type { CommittedOffset, OffsetToCommit } from './offset-to-commit';
import { OffsetRequests } from './offset-requests';
import { PartitionHandover } from './partition-handover';
import { PollWatch } from './poll-watch';
import type { RebalanceListener, TopicFilter } from './subscription';
import { byTopic, flattened } from './topic-partitions';
import { TopicWatch } from './topic-watch';

/** The reading side of a consumer, as its group needs it. */
export interface GroupReading {
  readonly assignment: Assignment;
  readonly reader: Reader;
  readonly clientRack: string;
  readonly allowAutoTopicCreation: boolean;
  /** The partition begins where the policy says. */
  begin(partition: AssignedPartition): void;
  /** A partition has changed: its position was found, or it has an error. */
  changed(partition: AssignedPartition): void;
  /** Does whatever can be done for the partitions as they are now. */
  proceed(): void;
}

/** A consumer's part in its group: membership, the partitions it gets, and their offsets. */
export class ConsumerGroup {
  /** Whether finished positions are committed by themselves. */
  autoCommit: boolean;
  private filter: TopicFilter | undefined;
  private membership: Membership | undefined;
  private readonly protocol: RebalanceProtocol;
  private readonly coordinator: GroupCoordinator;
  private readonly committer: Committer;
  private readonly positions: CommittedPositions;
  private readonly topics: TopicWatch;
  private readonly polls: PollWatch;
  private handover: PartitionHandover;
  private readonly forgetMetadata: () => void;
  private timer: TimerHandle | undefined;
  private isClosing = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly options: ResolvedGroupOptions,
    private readonly reading: GroupReading,
    private readonly emitter: ConsumerEmitter,
  ) {
    const { groupId, enableAutoCommit, partitionAssignors } = options;
    const { maxPollIntervalMs, sessionTimeoutMs } = options;
    this.autoCommit = enableAutoCommit;
    this.protocol = commonProtocol(partitionAssignors);
    this.coordinator = new GroupCoordinator(cluster, groupId, Math.ceil(sessionTimeoutMs / 3));
    const requests = new OffsetRequests(this.coordinator, options);
    this.committer = new Committer(cluster, requests, this.identity(), emitter);
    this.positions = new CommittedPositions(cluster, reading.assignment, requests, {
      onFound: (partition, offset) => {
        this.committer.learn(partition, offset);
        reading.changed(partition);
      },
      onNothing: (partition) => reading.begin(partition),
      onFailed: (partition) => reading.changed(partition),
      onDone: () => reading.proceed(),
    });
    this.topics = new TopicWatch(cluster, reading.allowAutoTopicCreation, (reason) =>
      this.membership?.isIn ? this.membership.join(reason) : undefined,
    );
    this.polls = new PollWatch(reading.reader, cluster.options.clock, maxPollIntervalMs);
    this.handover = this.makeHandover();
    this.forgetMetadata = cluster.onMetadata(() => this.topics.onMetadata());
    this.armAutoCommit();
  }

  get isSubscribed(): boolean {
    return this.filter !== undefined;
  }

  get subscription(): readonly string[] {
    return this.topics.topics;
  }

  /** What the group has given to this consumer. */
  get owned(): readonly TopicPartition[] {
    return this.handover.owned;
  }

  get facts(): MemberFacts {
    return this.membership?.facts ?? { groupId: this.options.groupId, ...stranger };
  }

  /** What was subscribed to says about a topic; undefined when it says nothing. */
  policyOf(topic: string): AutoOffsetReset | undefined {
    const fromBeginning = this.filter?.fromBeginning(topic);
    return fromBeginning === undefined ? undefined : fromBeginning ? 'earliest' : 'latest';
  }

  subscribe(filter: TopicFilter, listener: RebalanceListener): void {
    this.filter = filter;
    this.topics.watch(filter);
    this.handover.listener = listener;
    if (this.membership?.isIn) this.membership.join('the subscription has changed');
    else if (this.reading.reader.isAsked) this.onAsked();
  }

  /** The application asks for records: it takes part in the group from now on. */
  onAsked(): void {
    if (!this.filter || this.isClosing) return;
    this.membership ??= this.makeMembership();
    if (this.membership.isIn) return;
    this.polls.look();
    this.membership.join('the consumer is reading');
  }

  /** Makes the group share out its partitions anew. */
  rebalance(reason: string): void {
    if (this.membership?.isIn) this.membership.join(reason);
  }

  /** Looks up the positions that are to come from the group. */
  findPositions(): void {
    this.positions.start();
  }

  committed(partitions: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    return this.positions.ask(partitions);
  }

  /** Throws as {@link Committer.commit} does. */
  commit(offsets: readonly OffsetToCommit[]): Promise<void> {
    return this.committer.commit(offsets, this.cluster.options.apiTimeout);
  }

  /** Offsets after what was handed out, or only after what is finished, where they are new. */
  offsets(what: 'handed out' | 'finished', partitions = [...this.reading.assignment]) {
    const offsets: OffsetToCommit[] = [];
    for (const partition of partitions) {
      if (this.filter && !this.handover.owns(partition)) continue;
      const { finished, position, positionEpoch } = partition;
      if (finished === undefined || position === undefined) continue;
      const place = what === 'finished' ? finished : { offset: position, epoch: positionEpoch };
      if (this.committer.storedOffset(partition) === place.offset) continue;
      const at = { topic: partition.topic, partition: partition.partition };
      offsets.push({ ...at, offset: place.offset, leaderEpoch: place.epoch });
    }
    return offsets;
  }

  /** Gives up all partitions and leaves the group. */
  async unsubscribe(): Promise<void> {
    const { membership } = this;
    this.filter = undefined;
    this.topics.watch(undefined);
    await this.handover.close();
    await membership?.close();
    this.membership = undefined;
    this.handover = this.makeHandover();
  }

  /** Nothing more is handed out. */
  withhold(): void {
    this.isClosing = true;
    if (this.filter) this.handover.withholdAll();
  }

  /** Commits what is finished, gives up everything and leaves. */
  async close(): Promise<void> {
    this.isClosing = true;
    this.forgetMetadata();
    this.cluster.options.clock.clearTimeout(this.timer);
    if (!this.filter) await this.commitFinished([...this.reading.assignment]);
    await this.handover.close();
    await this.membership?.close();
    this.positions.close();
    this.committer.close();
  }

  private async adopt({ assignment, assignor, isNext, member }: JoinedGeneration) {
    assignor.onAssignment?.(assignment, member.generationId);
    const wanted = flattened(assignment.topicPartitions);
    const { filter } = this;
    const strange = wanted.filter(({ topic }) => filter && !filter.matches(topic));
    if (strange.length > 0) {
      const topics = [...new Set(strange.map(({ topic }) => topic))];
      this.emitter.emit('unsubscribed-topics', { ...this.facts, topics });
    }
    const isGivenUp = await this.handover.adopt(
      wanted.filter((at) => !strange.includes(at)),
      isNext,
    );
    if (isGivenUp && this.protocol === 'cooperative') return 'partitions were given up';
    return strange.length > 0 ? 'topics are assigned that are not subscribed to' : undefined;
  }

  private async offers(generationId: number): Promise<OfferedProtocol[]> {
    const topics = await this.topics.resolve();
    const ownedPartitions = byTopic(this.handover.owned);
    const rackId = this.reading.clientRack || null;
    return this.options.partitionAssignors.map((assignor) => {
      const userData = assignor.subscriptionUserData?.(topics) ?? null;
      const said = { topics, userData, ownedPartitions, generationId, rackId };
      return { name: assignor.name, metadata: encodeSubscription(said) };
    });
  }

  private makeMembership(): Membership {
    return new Membership(
      this.cluster,
      this.coordinator,
      this.options,
      {
        offers: (generationId) => this.offers(generationId),
        counts: (topics) => this.topics.counts(topics),
        giveUp: () => this.handover.giveUp(),
        giveUpLost: () => this.handover.giveUpLost(),
        onLost: () => {
          this.handover.onLost();
          this.committer.onLost();
        },
        adopt: (joined) => this.adopt(joined),
        isOverdue: () => this.polls.look(),
        onFailure: (error) => {
          this.emitter.emit('crash', { groupId: this.options.groupId, error });
          this.reading.reader.fail(error);
        },
        onMayCommit: () => this.committer.pump(),
      },
      this.emitter,
    );
  }

  private makeHandover(): PartitionHandover {
    const { assignment, reader } = this.reading;
    return new PartitionHandover(assignment, reader, this.protocol, this.cluster.options.logger, {
      commit: (partitions) => this.commitFinished(partitions),
      isStored: (at, offset) => this.committer.storedOffset(at) === offset,
      onGone: (partitions) => {
        for (const at of partitions) this.committer.forget(at);
      },
      onTold: (what, partitions) =>
        this.emitter.emit(`partitions-${what}`, { ...this.facts, partitions }),
      onFailure: (error) => reader.fail(error),
      onChange: () => this.reading.proceed(),
    });
  }

  private identity() {
    const member = (): Member | undefined => {
      // Whoever assigns partitions himself commits without being a member.
      if (!this.filter && !this.membership) return stranger;
      return this.membership?.mayCommit ? this.membership.member : undefined;
    };
    const facts = (): MemberFacts => this.facts;
    const isSettled = (): boolean => this.membership?.isSettled ?? true;
    return {
      get facts() {
        return facts();
      },
      get member() {
        return member();
      },
      get isSettled() {
        return isSettled();
      },
      owns: (at: TopicPartition) =>
        this.filter ? this.handover.owns(at) : this.reading.assignment.find(at) !== undefined,
      onLost: (reaction: 'lost-generation' | 'lost-membership', error: unknown) => {
        this.membership?.lose(reaction, describeError(error));
        this.membership?.join('the membership was lost');
      },
    };
  }

  private armAutoCommit(): void {
    const { clock } = this.cluster.options;
    this.timer = clock.setTimeout(() => {
      void this.commitFinished([...this.reading.assignment]);
      this.armAutoCommit();
    }, this.options.autoCommitIntervalMs);
  }

  /** What fails is logged: it is committed the next time, or somebody reads it again. */
  private async commitFinished(partitions: readonly AssignedPartition[]): Promise<void> {
    if (!this.autoCommit) return;
    const offsets = this.offsets('finished', [...partitions]);
    if (offsets.length === 0) return;
    const { apiTimeout, logger } = this.cluster.options;
    try {
      await this.committer.commit(offsets, Math.min(apiTimeout, this.options.rebalanceTimeoutMs));
    } catch (error) {
      logger.warn(
        { event: 'auto-commit-failed', group: this.options.groupId, err: error },
        `Offsets were not committed: ${describeError(error)}`,
      );
    }
  }
}
