import type { RequestOf, ResponseInput, ResponseOf } from '../../client/protocol/api';
import { ErrorCode } from '../../client/protocol/error-codes';
import { ElectionType, ElectLeaders } from '../../client/protocol/messages/elect-leaders';
import type { Clock } from '../../client/runtime/clock';
import { isPeerClient } from '../peers/peer-client-id';
import type { MetadataCache } from '../metadata/metadata-cache';
import { askController, unreachable, type ControllerRoom } from './controller-request';
import type { ApiHandler } from './handler';
import { responseError } from './partition-error';

type Request = RequestOf<typeof ElectLeaders>;
type Response = ResponseOf<typeof ElectLeaders>;

/** Earlier responses have no error for the whole request. */
const FIRST_WITH_ERROR = 1;

export interface ElectLeadersDependencies extends ControllerRoom {
  readonly metadata: MetadataCache;
  readonly clock: Clock;
}

/** Has the controller elect leaders, and waits until this broker has heard of them. */
export function electLeadersHandler(
  dependencies: ElectLeadersDependencies,
): ApiHandler<typeof ElectLeaders> {
  const { metadata, clock, logger } = dependencies;
  return async (request, context) => {
    const deadline = clock.monotonic() + request.timeoutMs;
    let response: Response;
    try {
      response = await askController(ElectLeaders, request, context, dependencies);
    } catch (error) {
      const { errorCode } = responseError(unreachable(error), logger, 'ElectLeaders');
      return context.apiVersion >= FIRST_WITH_ERROR
        ? { errorCode, replicaElectionResults: [] }
        : refused(request, errorCode);
    }
    // The broker that passed it on waits for itself.
    if (isPeerClient(context.clientId)) return response;
    for (const { topic, partitionResult } of response.replicaElectionResults) {
      for (const result of partitionResult) {
        if (result.errorCode !== ErrorCode.NONE) continue;
        const led = () => isLed(metadata, topic, result.partitionId, request.electionType);
        if (await metadata.until(led, deadline - clock.monotonic(), clock)) continue;
        result.errorCode = ErrorCode.REQUEST_TIMED_OUT;
        result.errorMessage = 'The leader is elected, but this broker has not heard of it yet.';
      }
    }
    return response;
  };
}

function isLed(metadata: MetadataCache, topic: string, index: number, type: number): boolean {
  const partition = metadata.topic(topic)?.partitions[index];
  if (!partition) return false;
  return type === ElectionType.PREFERRED
    ? partition.leader === partition.replicas[0]
    : partition.leader >= 0;
}

function refused(
  { topicPartitions }: Request,
  errorCode: number,
): ResponseInput<typeof ElectLeaders> {
  return {
    replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partitionId) => ({
        partitionId,
        errorCode,
        errorMessage: null,
      })),
    })),
  };
}
