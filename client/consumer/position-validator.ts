import { apis } from '../protocol/apis';
import type { RequestInput, ResponseOf } from '../protocol/api';
import { ErrorCode } from '../protocol/error-codes';
import { EpochAsker } from '../protocol/messages/offset-for-leader-epoch';
import { ProtocolError } from '../protocol/protocol-error';
import { actionFor, ClientClosedError, UnsupportedApiError, type Cluster } from '../network';
import type { AssignedPartition } from './assigned-partition';
import type { Assignment } from './assignment';
import { PartitionReadError } from './consumer-errors';
import { reactionTo, reactionToCode, type FetchReaction } from './fetch-reply';
import type { EpochEnd } from './log-divergence';
import { formatPartition } from './topic-partition';

type Request = RequestInput<typeof apis.OffsetForLeaderEpoch>;
type Response = ResponseOf<typeof apis.OffsetForLeaderEpoch>;

/** What was asked; an answer counts as long as nothing of it has changed. */
interface Question {
  readonly partition: AssignedPartition;
  readonly fetchOffset: number;
  readonly fetchedEpoch: number;
  /** Epoch of the leader that is asked. */
  readonly leaderEpoch: number;
}

export interface ValidatorEvents {
  /** The leader has told where the epoch of the last fetched record ends in its log. */
  onEpochEnd(partition: AssignedPartition, end: EpochEnd, leaderEpoch: number): void;
  /** There was no answer. */
  onFailure(
    partition: AssignedPartition,
    nodeId: number,
    reaction: FetchReaction,
    errorOf: () => Error,
  ): void;
  /** All partitions of a request have been told of. */
  onDone(): void;
}

/** Asks new leaders whether they have the records that were fetched from former ones (KIP-320). */
export class PositionValidator {
  private readonly underWay = new Set<AssignedPartition>();
  private closed = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly assignment: Assignment,
    private readonly requestTimeoutMs: number,
    private readonly events: ValidatorEvents,
  ) {}

  /** Asks about those that are not being asked about. */
  validate(partitions: readonly AssignedPartition[]): void {
    const byLeader = new Map<number, Question[]>();
    for (const partition of partitions) {
      const at = this.cluster.snapshot.partition(partition.topic, partition.partition);
      if (!at || this.underWay.has(partition)) continue;
      const { fetchOffset, fetchedEpoch } = partition;
      const question = { partition, fetchOffset, fetchedEpoch, leaderEpoch: at.leaderEpoch };
      const others = byLeader.get(at.leader);
      if (others) others.push(question);
      else byLeader.set(at.leader, [question]);
      this.underWay.add(partition);
    }
    for (const [leader, questions] of byLeader) void this.ask(leader, questions);
  }

  close(): void {
    this.closed = true;
  }

  private async ask(leader: number, questions: readonly Question[]): Promise<void> {
    const outcome = await this.cluster
      .sendToBroker(leader, apis.OffsetForLeaderEpoch, requestFor(questions), {
        timeoutMs: this.requestTimeoutMs,
      })
      .catch((error: Error) => error);
    for (const { partition } of questions) this.underWay.delete(partition);
    if (this.closed || outcome instanceof ClientClosedError) return;
    const answers = outcome instanceof Error ? undefined : answersOf(outcome);
    for (const question of questions) {
      if (!this.isOpen(question)) continue;
      if (outcome instanceof Error) this.failed(question, leader, outcome);
      else this.answered(question, leader, answers?.get(formatPartition(question.partition)));
    }
    this.events.onDone();
  }

  private isOpen({ partition, fetchOffset, fetchedEpoch, leaderEpoch }: Question): boolean {
    const { topic, partition: number } = partition;
    return (
      this.assignment.holds(partition) &&
      !partition.wanted &&
      !partition.error &&
      partition.fetchOffset === fetchOffset &&
      partition.fetchedEpoch === fetchedEpoch &&
      this.cluster.snapshot.partition(topic, number)?.leaderEpoch === leaderEpoch
    );
  }

  private answered(
    { partition, leaderEpoch }: Question,
    leader: number,
    answer: Answer | undefined,
  ): void {
    const errorCode = answer ? answer.errorCode : ErrorCode.UNKNOWN_SERVER_ERROR;
    if (answer && errorCode === ErrorCode.NONE) {
      const { leaderEpoch: epoch, endOffset } = answer;
      this.events.onEpochEnd(partition, { epoch, endOffset }, leaderEpoch);
      return;
    }
    this.events.onFailure(
      partition,
      leader,
      reactionToCode(errorCode),
      () => new PartitionReadError(partition, ProtocolError.fromCode(errorCode)),
    );
  }

  private failed({ partition, leaderEpoch }: Question, leader: number, error: Error): void {
    if (error instanceof UnsupportedApiError) {
      // A broker from before KIP-320 cannot tell; what it has is believed.
      partition.leaderEpoch = leaderEpoch;
      return;
    }
    const action = actionFor(error);
    const isLost = action === 'reconnect' || action === 'refresh-metadata';
    this.events.onFailure(
      partition,
      leader,
      isLost
        ? 'elsewhere'
        : reactionTo(error instanceof ProtocolError ? error.code : 'NONE', action),
      () => new PartitionReadError(partition, error),
    );
  }
}

type Answer = Response['topics'][number]['partitions'][number];

function answersOf({ topics }: Response): Map<string, Answer> {
  const answers = new Map<string, Answer>();
  for (const { topic, partitions } of topics) {
    for (const answer of partitions) {
      answers.set(formatPartition({ topic, partition: answer.partition }), answer);
    }
  }
  return answers;
}

function requestFor(questions: readonly Question[]): Request {
  const topics = new Map<string, Request['topics'][number]['partitions'][number][]>();
  for (const { partition: at, fetchedEpoch, leaderEpoch } of questions) {
    const asked = {
      partition: at.partition,
      currentLeaderEpoch: leaderEpoch,
      leaderEpoch: fetchedEpoch,
    };
    const others = topics.get(at.topic);
    if (others) others.push(asked);
    else topics.set(at.topic, [asked]);
  }
  return {
    replicaId: EpochAsker.CONSUMER,
    topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })),
  };
}
