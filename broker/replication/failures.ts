import { ProtocolError } from '../../client/protocol/protocol-error';
import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import { partitionName, type TopicPartition } from '../log';

/** What went wrong with which partition, by its name. */
export type Failures = Map<string, Error>;

/** Does something with each partition; that it fails for one is no matter of the others. */
export async function eachPartition<T extends { readonly topicPartition: TopicPartition }>(
  items: readonly T[],
  failures: Failures,
  logger: Logger,
  work: (item: T) => void | Promise<void>,
): Promise<void> {
  await Promise.all(
    items.map(async (item) => {
      try {
        await work(item);
      } catch (error) {
        const name = partitionName(item.topicPartition);
        failures.set(name, error as Error);
        const isAnswer = error instanceof ProtocolError;
        logger[isAnswer ? 'warn' : 'error'](
          { event: 'partition-failed', partition: name, error: describeError(error) },
          `What the controller wants of ${name} cannot be done.`,
        );
      }
    }),
  );
}
