import type { ResponseInput } from '../../client/protocol/api';
import { ErrorCode } from '../../client/protocol/error-codes';
import type { DeleteTopics } from '../../client/protocol/messages/delete-topics';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { ZERO_UUID } from '../../client/protocol/schema';
import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import type { TopicAdmin } from '../controller/topic-admin';
import type { MetadataCache } from '../metadata/metadata-cache';
import type { ApiHandler } from './handler';
import { NO_ERROR, responseError } from './partition-error';

type TopicResponse = ResponseInput<typeof DeleteTopics>['responses'][number];

/** Has topics deleted and waits until they are gone. */
export function deleteTopicsHandler(dependencies: {
  readonly admin: TopicAdmin;
  readonly metadata: MetadataCache;
  readonly clock: Clock;
  readonly logger: Logger;
}): ApiHandler<typeof DeleteTopics> {
  const { admin, metadata, clock, logger } = dependencies;

  return async (request) => {
    const deadline = clock.monotonic() + request.timeoutMs;
    const wanted = [
      ...request.topicNames.map((name) => ({ name, topicId: ZERO_UUID })),
      ...request.topics,
    ];
    const responses = await Promise.all(wanted.map(deleteOne));
    for (const response of responses) {
      if (response.errorCode !== ErrorCode.NONE) continue;
      const gone = () => !metadata.topic(response.name as string);
      if (!(await metadata.until(gone, deadline - clock.monotonic(), clock))) {
        response.errorCode = ErrorCode.REQUEST_TIMED_OUT;
        response.errorMessage = `Topic '${response.name}' is still being deleted.`;
      }
    }
    return { responses };
  };

  async function deleteOne(wanted: {
    name: string | null;
    topicId: string;
  }): Promise<TopicResponse> {
    const name = wanted.name ?? metadata.topicNameOf(wanted.topicId) ?? null;
    const topicId = metadata.topic(name ?? '')?.topicId ?? wanted.topicId;
    try {
      if (name === null) throw new ProtocolError('UNKNOWN_TOPIC_ID');
      await admin.delete(name);
      return { name, topicId, ...NO_ERROR };
    } catch (error) {
      return { name, topicId, ...responseError(error, logger, 'DeleteTopics') };
    }
  }
}
