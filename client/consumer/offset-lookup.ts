import { apis } from '../protocol/apis';
import type { RequestInput } from '../protocol/api';
import { errorFacts } from '../protocol/error-codes';
import { ProtocolError } from '../protocol/protocol-error';
import { KafkaClassicError } from '../runtime/error';
import type { Cluster } from '../network';
import { formatPartition, type TopicPartition } from './topic-partition';

/** What to look for: a timestamp in ms since 1970, or one of `OffsetSpec`. */
export interface OffsetQuestion extends TopicPartition {
  readonly timestamp: number;
}

/** What was found; all -1 when no record is that young. */
export interface OffsetAnswer {
  readonly offset: number;
  readonly timestamp: number;
  readonly leaderEpoch: number;
}

type OnAnswer<Q> = (question: Q, answer: OffsetAnswer | ProtocolError) => void;

/** Asks the leaders of partitions for offsets by timestamp. */
export class OffsetLookup {
  constructor(
    private readonly cluster: Cluster,
    private readonly isolationLevel: number,
    private readonly requestTimeoutMs: number,
  ) {}

  /**
   * Answers all questions, repeating what can be repeated for the client's `apiTimeout`. No two of
   * them may be about the same partition.
   *
   * @param onAnswer told of each answer as it comes; the answer may be that there will be none
   * @throws RetriesExhaustedError; whatever made a whole request fail
   */
  async ask<Q extends OffsetQuestion>(questions: readonly Q[], onAnswer: OnAnswer<Q>) {
    const open = new Set(questions);
    await this.cluster.retrying('Looking up offsets', async () => {
      const failures: unknown[] = [];
      const asked = [...this.byLeader(open, failures)].map(async ([leader, group]) => {
        try {
          await this.askLeader(leader, group, failures, (question, answer) => {
            open.delete(question);
            onAnswer(question, answer);
          });
        } catch (error) {
          failures.push(error);
        }
      });
      await Promise.all(asked);
      if (failures.length > 0) throw mostSerious(failures);
    });
  }

  /**
   * All answers in the order of the questions.
   *
   * @throws ProtocolError for a question that cannot be answered; what {@link ask} throws
   */
  async askAll(questions: readonly OffsetQuestion[]): Promise<OffsetAnswer[]> {
    await this.cluster.metadata([...new Set(questions.map(({ topic }) => topic))]);
    const answers = new Map<string, OffsetAnswer>();
    const distinct = new Map(questions.map((question) => [formatPartition(question), question]));
    let failure: ProtocolError | undefined;
    await this.ask([...distinct.values()], (question, answer) => {
      if (answer instanceof ProtocolError) failure ??= answer;
      else answers.set(formatPartition(question), answer);
    });
    if (failure) throw failure;
    return questions.map((question) => answers.get(formatPartition(question)) as OffsetAnswer);
  }

  private byLeader<Q extends OffsetQuestion>(
    questions: Iterable<Q>,
    failures: unknown[],
  ): Map<number, Q[]> {
    const groups = new Map<number, Q[]>();
    for (const question of questions) {
      const leader = this.cluster.snapshot.leaderOf(question.topic, question.partition);
      if (!leader) {
        const text = `${formatPartition(question)} has no known leader.`;
        failures.push(new ProtocolError('LEADER_NOT_AVAILABLE', text));
        continue;
      }
      const group = groups.get(leader.nodeId);
      if (group) group.push(question);
      else groups.set(leader.nodeId, [question]);
    }
    return groups;
  }

  private async askLeader<Q extends OffsetQuestion>(
    leader: number,
    questions: readonly Q[],
    failures: unknown[],
    onAnswer: OnAnswer<Q>,
  ): Promise<void> {
    const body = this.requestFor(questions);
    const options = { timeoutMs: this.requestTimeoutMs };
    const response = await this.cluster.sendToBroker(leader, apis.ListOffsets, body, options);
    const open = new Map(questions.map((question) => [formatPartition(question), question]));
    for (const { name, partitions } of response.topics) {
      for (const { partitionIndex, errorCode, offset, timestamp, leaderEpoch } of partitions) {
        const where = formatPartition({ topic: name, partition: partitionIndex });
        const question = open.get(where);
        if (!question) continue;
        open.delete(where);
        const { name: code, text, retriable } = errorFacts(errorCode);
        if (errorCode === 0) onAnswer(question, { offset, timestamp, leaderEpoch });
        else {
          const error = new ProtocolError(code, `${where}: ${text}`);
          if (retriable) failures.push(error);
          else onAnswer(question, error);
        }
      }
    }
    for (const where of open.keys()) {
      const text = `The broker said nothing about ${where}.`;
      failures.push(new ProtocolError('UNKNOWN_SERVER_ERROR', text));
    }
  }

  private requestFor(questions: readonly OffsetQuestion[]): RequestInput<typeof apis.ListOffsets> {
    const topics = new Map<
      string,
      { partitionIndex: number; timestamp: number; currentLeaderEpoch: number }[]
    >();
    for (const { topic, partition: partitionIndex, timestamp } of questions) {
      const currentLeaderEpoch =
        this.cluster.snapshot.partition(topic, partitionIndex)?.leaderEpoch ?? -1;
      const asked = { partitionIndex, timestamp, currentLeaderEpoch };
      const partitions = topics.get(topic);
      if (partitions) partitions.push(asked);
      else topics.set(topic, [asked]);
    }
    return {
      isolationLevel: this.isolationLevel,
      topics: [...topics].map(([name, partitions]) => ({ name, partitions })),
    };
  }
}

/** What cannot be repeated goes first. */
function mostSerious(failures: readonly unknown[]): unknown {
  const isFinal = (error: unknown) => !KafkaClassicError.is(error) || !error.retriable;
  return failures.find(isFinal) ?? failures[0];
}
