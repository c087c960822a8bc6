import { ErrorCode } from '../../client/protocol/error-codes';
import {
  ControlRequestType,
  type LeaderAndIsr as LeaderAndIsrApi,
} from '../../client/protocol/messages/leader-and-isr';
import { errorCodeOf } from '../../client/protocol/protocol-error';
import { partitionName } from '../log';
import type { LeaderAndIsr } from '../replication/leader-and-isr';
import type { ReplicaManager } from '../replication/replica-manager';
import type { ApiHandler } from './handler';

const RECOVERING = 1;

/** The controller tells this broker what it leads and what it follows. */
export function leaderAndIsrHandler(dependencies: {
  readonly replicas: Pick<ReplicaManager, 'gate' | 'becomeLeaderOrFollower'>;
}): ApiHandler<typeof LeaderAndIsrApi> {
  const { replicas } = dependencies;
  return async (request) => {
    const { topicStates, controllerEpoch, brokerEpoch, type } = request;
    try {
      replicas.gate.admit(request);
      const instructions = topicStates.flatMap(({ topicName, topicId, partitionStates }) =>
        partitionStates.map(({ partitionIndex, leaderRecoveryState, ...state }): LeaderAndIsr => ({
          ...state,
          topicPartition: { topic: topicName, partition: partitionIndex },
          topicId,
          leaderRecoveryState: leaderRecoveryState === RECOVERING ? 'recovering' : 'recovered',
        })),
      );
      const isFull = type === ControlRequestType.FULL;
      const failures = await replicas.becomeLeaderOrFollower(
        controllerEpoch,
        instructions,
        isFull,
        brokerEpoch,
      );
      return {
        errorCode: ErrorCode.NONE,
        topics: topicStates.map(({ topicName, topicId, partitionStates }) => ({
          topicId,
          partitionErrors: partitionStates.map(({ partitionIndex }) => {
            const name = partitionName({ topic: topicName, partition: partitionIndex });
            const failure = failures.get(name);
            return { partitionIndex, errorCode: failure ? errorCodeOf(failure) : ErrorCode.NONE };
          }),
        })),
      };
    } catch (error) {
      return { errorCode: errorCodeOf(error), topics: [] };
    }
  };
}
