import type { GroupConsumer } from '../consumer';
import type { ConsumerEvents } from './consumer-types';
import type { Instrumentation } from './instrumentation';

export const consumerEvents: ConsumerEvents = {
  HEARTBEAT: 'consumer.heartbeat',
  COMMIT_OFFSETS: 'consumer.commit_offsets',
  GROUP_JOIN: 'consumer.group_join',
  FETCH_START: 'consumer.fetch_start',
  FETCH: 'consumer.fetch',
  START_BATCH_PROCESS: 'consumer.start_batch_process',
  END_BATCH_PROCESS: 'consumer.end_batch_process',
  CONNECT: 'consumer.connect',
  DISCONNECT: 'consumer.disconnect',
  STOP: 'consumer.stop',
  CRASH: 'consumer.crash',
  REBALANCING: 'consumer.rebalancing',
  RECEIVED_UNSUBSCRIBED_TOPICS: 'consumer.received_unsubscribed_topics',
  REQUEST: 'consumer.network.request',
  REQUEST_TIMEOUT: 'consumer.network.request_timeout',
  REQUEST_QUEUE_SIZE: 'consumer.network.request_queue_size',
};

export type ConsumerInstrumentation = Pick<Instrumentation, 'emit'>;

/** Tells the program what the consumer beneath tells of its group. */
export function tellGroupEvents(
  native: Pick<GroupConsumer, 'on' | 'subscription'>,
  instrumentation: ConsumerInstrumentation,
): void {
  native.on('heartbeat', ({ groupId, memberId, generationId }) =>
    instrumentation.emit(consumerEvents.HEARTBEAT, {
      groupId,
      memberId,
      groupGenerationId: generationId,
    }),
  );
  native.on('group-join', (join) => {
    const memberAssignment: Record<string, number[]> = {};
    for (const { topic, partition } of join.assignment) {
      (memberAssignment[topic] ??= []).push(partition);
    }
    instrumentation.emit(consumerEvents.GROUP_JOIN, {
      groupId: join.groupId,
      memberId: join.memberId,
      leaderId: join.leaderId,
      isLeader: join.isLeader,
      memberAssignment,
      groupProtocol: join.protocol,
      duration: Math.round(join.durationMs),
    });
  });
  native.on('rebalancing', ({ groupId, memberId }) => {
    // The first time it is not joining again.
    if (memberId !== '') instrumentation.emit(consumerEvents.REBALANCING, { groupId, memberId });
  });
  native.on('unsubscribed-topics', ({ groupId, memberId, generationId, topics }) => {
    const topicsSubscribed = native.subscription();
    instrumentation.emit(consumerEvents.RECEIVED_UNSUBSCRIBED_TOPICS, {
      groupId,
      generationId,
      memberId,
      assignedTopics: [...new Set([...topicsSubscribed, ...topics])],
      topicsSubscribed,
      topicsNotSubscribed: [...topics],
    });
  });
}
