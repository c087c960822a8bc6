import { ErrorCode } from '../../client/protocol/error-codes';
import type { StopReplica } from '../../client/protocol/messages/stop-replica';
import { errorCodeOf } from '../../client/protocol/protocol-error';
import { partitionName } from '../log';
import type { ReplicaManager } from '../replication/replica-manager';
import type { ApiHandler } from './handler';

/** The controller has this broker let partitions go. */
export function stopReplicaHandler(dependencies: {
  readonly replicas: Pick<ReplicaManager, 'gate' | 'stopReplicas'>;
}): ApiHandler<typeof StopReplica> {
  const { replicas } = dependencies;
  return async (request) => {
    try {
      replicas.gate.admit(request);
      const stopped = request.topicStates.flatMap(({ topicName, partitionStates }) =>
        partitionStates.map(({ partitionIndex, leaderEpoch, deletePartition }) => ({
          topicPartition: { topic: topicName, partition: partitionIndex },
          leaderEpoch,
          deletePartition,
        })),
      );
      const failures = await replicas.stopReplicas(stopped);
      return {
        errorCode: ErrorCode.NONE,
        partitionErrors: stopped.map(({ topicPartition }) => {
          const failure = failures.get(partitionName(topicPartition));
          return {
            topicName: topicPartition.topic,
            partitionIndex: topicPartition.partition,
            errorCode: failure ? errorCodeOf(failure) : ErrorCode.NONE,
          };
        }),
      };
    } catch (error) {
      return { errorCode: errorCodeOf(error), partitionErrors: [] };
    }
  };
}
