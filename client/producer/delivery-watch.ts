import { describeError, KafkaClassicError } from '../runtime/error';
import type { Logger } from '../runtime/logger';
import { Reminders } from '../runtime/reminders';
import type { PartitionQueue } from './partition-queue';
import type { Trouble } from './trouble';

/** Partitions with the same trouble. */
interface Stuck {
  readonly first: PartitionQueue;
  readonly trouble: Trouble;
  count: number;
}

/**
 * Tells in the log what keeps records from being delivered for so long that somebody may wonder,
 * now and then as long as it lasts: one line for all partitions with the same kind of error.
 */
export class DeliveryWatch {
  private readonly reminders = new Map<string, Reminders>();

  constructor(private readonly logger: Logger) {}

  /**
   * @param troubled those that hold records and whose last attempt failed
   * @param now monotonic milliseconds
   */
  look(troubled: readonly PartitionQueue[], now: number): void {
    if (troubled.length === 0) {
      this.reminders.clear();
      return;
    }
    for (const [code, stuck] of byCode(troubled)) {
      let reminders = this.reminders.get(code);
      if (!reminders) this.reminders.set(code, (reminders = new Reminders()));
      const elapsedMs = now - stuck.trouble.since;
      if (reminders.areDue(elapsedMs)) this.tell(stuck, elapsedMs);
    }
  }

  private tell({ first, trouble, count }: Stuck, elapsedMs: number): void {
    const { topic, partition } = first;
    const { error } = trouble;
    const others = count === 1 ? '' : ` and ${count - 1} more partition${count === 2 ? '' : 's'}`;
    this.logger.warn(
      { event: 'slow-delivery', topic, partition, partitions: count, elapsedMs, err: error },
      `Sending to ${topic}-${partition}${others} has not succeeded in ` +
        `${Math.round(elapsedMs / 1000)} s and is tried again: ${describeError(error)}`,
    );
  }
}

/** The one that has been stuck longest stands for its kind. */
function byCode(troubled: readonly PartitionQueue[]): Map<string, Stuck> {
  const kinds = new Map<string, Stuck>();
  for (const queue of troubled) {
    const { trouble } = queue;
    if (!trouble) continue;
    const code = KafkaClassicError.is(trouble.error) ? trouble.error.code : trouble.error.name;
    const known = kinds.get(code);
    if (!known) kinds.set(code, { first: queue, trouble, count: 1 });
    else if (known.trouble.since <= trouble.since) known.count++;
    else kinds.set(code, { first: queue, trouble, count: known.count + 1 });
  }
  return kinds;
}
