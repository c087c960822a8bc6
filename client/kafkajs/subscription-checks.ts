import type { Subscription } from '../consumer';
import type { ConsumerSubscribeTopic, ConsumerSubscribeTopics } from './consumer-types';
import { KafkaJSNonRetriableError } from './errors';

/** @throws KafkaJSNonRetriableError */
export function checkedSubscription(
  subscription: ConsumerSubscribeTopics | ConsumerSubscribeTopic,
): Subscription {
  const {
    topic,
    topics,
    fromBeginning = false,
  } = subscription as Partial<ConsumerSubscribeTopics & ConsumerSubscribeTopic>;
  if (!topic && !topics) {
    throw new KafkaJSNonRetriableError('Missing required argument "topics"');
  }
  if (topics != null && !Array.isArray(topics)) {
    throw new KafkaJSNonRetriableError('Argument "topics" must be an array');
  }
  const meant: readonly unknown[] = topics ?? [topic];
  for (const one of meant) {
    if (typeof one === 'string' || one instanceof RegExp) continue;
    throw new KafkaJSNonRetriableError(
      `Invalid topic ${String(one)} (${typeof one}), the topic name has to be a String or a RegExp`,
    );
  }
  return { topics: meant as (string | RegExp)[], fromBeginning };
}
