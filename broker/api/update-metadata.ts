import type { RequestOf } from '../../client/protocol/api';
import { ControlRequestType } from '../../client/protocol/messages/leader-and-isr';
import type { UpdateMetadata } from '../../client/protocol/messages/update-metadata';
import type { Logger } from '../../client/runtime/logger';
import type { MetadataCache } from '../metadata/metadata-cache';
import type { TopicMetadata, TopicUpdate } from '../metadata/topic-metadata';
import type { ControllerGate } from '../replication/controller-gate';
import type { ApiHandler } from './handler';
import { NO_ERROR, responseError } from './partition-error';

type TopicState = RequestOf<typeof UpdateMetadata>['topicStates'][number];

export interface UpdateMetadataDependencies {
  readonly metadata: MetadataCache;
  readonly gate: Pick<ControllerGate, 'admit'>;
  readonly logger: Logger;
  /** Told of topics that are no more. */
  readonly onTopicGone: (topic: Pick<TopicMetadata, 'name' | 'topicId'>) => void;
  /** Told that all topics are known now, as a controller of this epoch knows them. */
  readonly onFull: (controllerEpoch: number) => void;
}

/** Takes over what the controller tells of topics and their leaders. */
export function updateMetadataHandler(
  dependencies: UpdateMetadataDependencies,
): ApiHandler<typeof UpdateMetadata> {
  const { metadata, gate, logger, onTopicGone, onFull } = dependencies;
  return (request) => {
    try {
      gate.admit(request);
      const isFull = request.type === ControlRequestType.FULL;
      const gone = metadata.update(request.topicStates.map(updateOf), isFull);
      for (const topic of gone) onTopicGone(topic);
      if (isFull) onFull(request.controllerEpoch);
      return { errorCode: NO_ERROR.errorCode };
    } catch (error) {
      return { errorCode: responseError(error, logger, 'UpdateMetadata').errorCode };
    }
  };
}

function updateOf({ topicName, topicId, partitionStates }: TopicState): TopicUpdate {
  return {
    name: topicName,
    topicId,
    partitions: partitionStates.map((state) => ({
      partition: state.partitionIndex,
      leader: state.leader,
      leaderEpoch: state.leaderEpoch,
      isr: state.isr,
      replicas: state.replicas,
      partitionEpoch: state.zkVersion,
      offlineReplicas: state.offlineReplicas,
    })),
  };
}
