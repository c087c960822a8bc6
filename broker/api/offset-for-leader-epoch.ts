import { ErrorCode } from '../../client/protocol/error-codes';
import type { OffsetForLeaderEpoch } from '../../client/protocol/messages/offset-for-leader-epoch';
import type { Logger } from '../../client/runtime/logger';
import { endOfEpoch } from '../replication/epoch-end';
import type { ReplicaManager } from '../replication/replica-manager';
import type { ApiHandler } from './handler';
import { responseError } from './partition-error';

const UNKNOWN = -1;

/** Tells where leader epochs end in the leader's log, for those who may have to cut theirs. */
export function offsetForLeaderEpochHandler(dependencies: {
  readonly replicas: Pick<ReplicaManager, 'partition'>;
  readonly logger: Logger;
}): ApiHandler<typeof OffsetForLeaderEpoch> {
  const { replicas, logger } = dependencies;
  return (request) => ({
    topics: request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
        try {
          const log = replicas.partition(topic, partition).leaderLog(currentLeaderEpoch);
          // A client that has seen a newer epoch than this leader must not cut what it has.
          const end =
            request.replicaId >= 0 ? endOfEpoch(log, leaderEpoch) : log.epochEndOffset(leaderEpoch);
          return {
            partition,
            errorCode: ErrorCode.NONE,
            leaderEpoch: end?.leaderEpoch ?? UNKNOWN,
            endOffset: end?.endOffset ?? UNKNOWN,
          };
        } catch (error) {
          const { errorCode } = responseError(error, logger, 'OffsetForLeaderEpoch');
          return { partition, errorCode, leaderEpoch: UNKNOWN, endOffset: UNKNOWN };
        }
      }),
    })),
  });
}
