import type { CreatePartitions } from '../../client/protocol/messages/create-partitions';
import { ErrorCode } from '../../client/protocol/error-codes';
import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import type { TopicAdmin } from '../controller/topic-admin';
import { hasLeaders, type MetadataCache } from '../metadata/metadata-cache';
import type { ApiHandler } from './handler';
import { NO_ERROR, responseError } from './partition-error';

/** Extends topics and waits until the new partitions have leaders. */
export function createPartitionsHandler(dependencies: {
  readonly admin: TopicAdmin;
  readonly metadata: MetadataCache;
  readonly clock: Clock;
  readonly logger: Logger;
}): ApiHandler<typeof CreatePartitions> {
  const { admin, metadata, clock, logger } = dependencies;
  return async (request) => {
    const deadline = clock.monotonic() + request.timeoutMs;
    const results = await Promise.all(
      request.topics.map(async ({ name, count, assignments }) => {
        try {
          const brokers = assignments && assignments.map(({ brokerIds }) => brokerIds);
          await admin.extend(name, count, brokers, request.validateOnly);
          const ready = () => hasLeaders(metadata.topic(name), count);
          const left = deadline - clock.monotonic();
          if (request.validateOnly || (await metadata.until(ready, left, clock))) {
            return { name, ...NO_ERROR };
          }
          return {
            name,
            errorCode: ErrorCode.REQUEST_TIMED_OUT,
            errorMessage: `The new partitions of topic '${name}' have no leaders yet.`,
          };
        } catch (error) {
          return { name, ...responseError(error, logger, 'CreatePartitions') };
        }
      }),
    );
    return { results };
  };
}
