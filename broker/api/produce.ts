import type { ResponseInput } from '../../client/protocol/api';
import type { Produce } from '../../client/protocol/messages/produce';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { Logger } from '../../client/runtime/logger';
import { INTERNAL_TOPICS } from '../controller/topic-name';
import { MissingKeyError, type LogAppendInfo } from '../log';
import type { Partition } from '../replication/partition';
import type { ReplicaManager } from '../replication/replica-manager';
import type { ApiHandler } from './handler';
import { responseError } from './partition-error';

type TopicResponse = ResponseInput<typeof Produce>['responses'][number];
type PartitionResponse = TopicResponse['partitionResponses'][number];

export interface ProduceDependencies {
  readonly replicas: Pick<ReplicaManager, 'partition'>;
  readonly logger: Logger;
  /** Told of every append that was accepted. */
  onAppended?(topic: string, bytes: number, info: LogAppendInfo): void;
}

/** All replicas in sync have to have the records. */
const ACKS_ALL = -1;

/**
 * Appends the batches as they are and answers when they are written here (acks 1), or on all
 * replicas in sync (acks -1). A request appends to all its partitions in one turn of the event loop,
 * so that they are written in one go.
 */
export function produceHandler(dependencies: ProduceDependencies): ApiHandler<typeof Produce> {
  const { replicas, logger } = dependencies;
  return (request) => {
    const { acks, timeoutMs } = request;
    const settled: Promise<void>[] = [];
    let refusal: unknown;
    const responses: TopicResponse[] = [];
    for (const { name, partitionData } of request.topicData) {
      const partitionResponses: PartitionResponse[] = [];
      for (const { index, records } of partitionData) {
        let response: PartitionResponse;
        try {
          assertAcceptable(request);
          assertNotInternal(name);
          if (!records || records.length === 0) {
            throw new ProtocolError('INVALID_RECORD', 'There are no records in the request.');
          }
          const partition = replicas.partition(name, index);
          const info = partition.append(records, acks);
          response = accepted(index, info);
          dependencies.onAppended?.(name, records.length, info);
          if (acks !== 0) {
            const done = acknowledged(partition, info, acks, timeoutMs);
            settled.push(failWith(done, response, logger));
          }
        } catch (error) {
          refusal = error;
          response = refused(index, error, logger);
        }
        partitionResponses.push(response);
      }
      responses.push({ name, partitionResponses });
    }
    if (acks === 0) {
      // Nobody reads an answer: the connection has to end for the client to notice.
      if (refusal !== undefined) throw refusal;
      return undefined;
    }
    const response = { responses };
    if (settled.length === 0) return response;
    if (settled.length === 1) return settled[0].then(() => response);
    return Promise.all(settled).then(() => response);
  };
}

function assertAcceptable(request: { acks: number; transactionalId: string | null }): void {
  if (request.acks < ACKS_ALL || request.acks > 1) throw new ProtocolError('INVALID_REQUIRED_ACKS');
  if (request.transactionalId !== null) {
    throw new ProtocolError('INVALID_TXN_STATE', 'This broker does not support transactions yet.');
  }
}

/** Topics of the cluster's own are written by brokers only (Kafka's ReplicaManager.appendToLocalLog). */
function assertNotInternal(topic: string): void {
  if (!INTERNAL_TOPICS.has(topic)) return;
  throw new ProtocolError('INVALID_TOPIC_EXCEPTION', `Clients cannot write to ${topic}.`);
}

/** Resolves when an append may be acknowledged. */
function acknowledged(
  partition: Partition,
  info: LogAppendInfo,
  acks: number,
  timeoutMs: number,
): Promise<void> {
  if (acks === ACKS_ALL) return partition.committed(info, timeoutMs);
  return info.written.then(() => partition.assertLease());
}

function accepted(index: number, info: LogAppendInfo): PartitionResponse {
  return {
    index,
    errorCode: 0,
    baseOffset: info.firstOffset,
    logAppendTimeMs: info.logAppendTime,
    logStartOffset: info.logStartOffset,
  };
}

function refused(index: number, error: unknown, logger: Logger): PartitionResponse {
  const recordErrors =
    error instanceof MissingKeyError
      ? error.recordErrors.map(({ index: batchIndex, message }) => ({
          batchIndex,
          batchIndexErrorMessage: message,
        }))
      : [];
  return { index, ...responseError(error, logger, 'Produce'), baseOffset: -1, recordErrors };
}

/** Waits for the outcome and turns its failure into the partition's error. */
function failWith(
  outcome: Promise<void>,
  response: PartitionResponse,
  logger: Logger,
): Promise<void> {
  return outcome.catch((error: unknown) => {
    Object.assign(response, refused(response.index, error, logger), { logAppendTimeMs: -1 });
  });
}
