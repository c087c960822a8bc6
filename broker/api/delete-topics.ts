import type { ResponseInput } from '../../client/protocol/api';
import type { DeleteTopics } from '../../client/protocol/messages/delete-topics';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { ZERO_UUID } from '../../client/protocol/schema';
import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import type { StoredTopic } from '../../zk-coordination';
import type { TopicAdmin } from '../controller/topic-admin';
import type { MetadataCache } from '../metadata/metadata-cache';
import type { ApiHandler } from './handler';
import { NO_ERROR, responseError } from './partition-error';

type TopicResponse = ResponseInput<typeof DeleteTopics>['responses'][number];

/**
 * Has topics deleted and waits until this broker tells no client of them any more and their names
 * are free. While a broker that holds replicas is away that cannot be waited for: what is asked for
 * is stored, and is done when the broker is back.
 */
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
    return { responses: await Promise.all(wanted.map((one) => deleteOne(one, deadline))) };
  };

  async function deleteOne(
    wanted: { name: string | null; topicId: string },
    deadline: number,
  ): Promise<TopicResponse> {
    const name = wanted.name ?? metadata.topicNameOf(wanted.topicId) ?? null;
    const topicId = metadata.topic(name ?? '')?.topicId ?? wanted.topicId;
    try {
      if (name === null) throw new ProtocolError('UNKNOWN_TOPIC_ID');
      const deleted = await admin.delete(name);
      await untilGone(deleted, deadline);
      return { name, topicId: deleted.topicId ?? topicId, ...NO_ERROR };
    } catch (error) {
      return { name, topicId, ...responseError(error, logger, 'DeleteTopics') };
    }
  }

  async function untilGone(deleted: StoredTopic, deadline: number): Promise<void> {
    const gone = () => {
      const known = metadata.topic(deleted.name);
      return !known || (deleted.topicId !== null && known.topicId !== deleted.topicId);
    };
    const isOver = () => gone() || admin.isHeldUp(deleted);
    if (!(await metadata.until(isOver, deadline - clock.monotonic(), clock))) {
      throw new ProtocolError(
        'REQUEST_TIMED_OUT',
        `Topic '${deleted.name}' is still being deleted; that waits for reassignments of its ` +
          'partitions, which may be cancelled.',
      );
    }
    await admin.untilErased(deleted, deadline - clock.monotonic());
  }
}
