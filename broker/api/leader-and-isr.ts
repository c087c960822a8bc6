import { ErrorCode } from '../../client/protocol/error-codes';
import type { RequestOf } from '../../client/protocol/api';
import {
  ControlRequestType,
  type LeaderAndIsr as LeaderAndIsrApi,
} from '../../client/protocol/messages/leader-and-isr';
import { errorCodeOf } from '../../client/protocol/protocol-error';
import { partitionName } from '../log';
import type { LeaderAndIsr } from '../replication/leader-and-isr';
import type { ReplicaManager } from '../replication/replica-manager';
import type { ApiHandler } from './handler';

type TopicState = RequestOf<typeof LeaderAndIsrApi>['topicStates'][number];

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
      const instructions = topicStates.flatMap((topic) =>
        topic.partitionStates.map((state) => instructionOf(topic, state)),
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

/** Field by field: it is kept as long as the partition, and each copy of a rest has a class of its own. */
function instructionOf(
  { topicName, topicId }: TopicState,
  state: TopicState['partitionStates'][number],
): LeaderAndIsr {
  return {
    topicPartition: { topic: topicName, partition: state.partitionIndex },
    topicId,
    controllerEpoch: state.controllerEpoch,
    leader: state.leader,
    leaderEpoch: state.leaderEpoch,
    isr: state.isr,
    partitionEpoch: state.partitionEpoch,
    replicas: state.replicas,
    addingReplicas: state.addingReplicas,
    removingReplicas: state.removingReplicas,
    isNew: state.isNew,
    leaderRecoveryState: state.leaderRecoveryState === RECOVERING ? 'recovering' : 'recovered',
  };
}
