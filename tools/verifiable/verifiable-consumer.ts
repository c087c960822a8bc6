import {
  WakeupError,
  type Consumer,
  type ConsumerBatch,
  type PartitionOffset,
  type TopicPartition,
} from '../../client/consumer';
import { KafkaClassicError } from '../../client/runtime/error';
import type { Clock } from '../../client/runtime/clock';
import { eventLine, textOf } from './event-line';

export interface VerifiableConsumerRun {
  readonly consumer: Pick<
    Consumer,
    'assign' | 'assignment' | 'close' | 'commit' | 'poll' | 'subscribe' | 'wakeup'
  >;
  readonly topic: string;
  /** Whether it reads as a member of a group. */
  readonly isMember: boolean;
  /** Whether it commits after every poll. */
  readonly commits: boolean;
  /** Goes along with the look for the topic, which may take long; default: nobody does. */
  whileAssigning?(assigning: Promise<void>): Promise<void>;
  /** Records to read; negative for no end. */
  readonly maxMessages: number;
  /** Whether each record is printed. */
  readonly verbose: boolean;
  readonly clock: Pick<Clock, 'now'>;
  readonly signal: AbortSignal;
  print(line: string): void;
}

interface PartitionSummary {
  readonly topic: string;
  readonly partition: number;
  readonly count: number;
  readonly minOffset: number;
  readonly maxOffset: number;
}

/** Reads a topic, all of it or as a member of a group, and prints what it has read. */
export class VerifiableConsumer {
  private consumed = 0;

  constructor(private readonly run: VerifiableConsumerRun) {}

  /**
   * Resolves when enough was read, or the signal came.
   *
   * @throws what makes reading impossible, when all is printed
   */
  async execute(): Promise<void> {
    const { consumer, topic, signal } = this.run;
    const wakeup = (): void => consumer.wakeup();
    signal.addEventListener('abort', wakeup);
    this.event('startup_complete');
    try {
      if (this.run.isMember) {
        await consumer.subscribe({ topics: [topic] }, this.listener);
      } else {
        const assigning = consumer.assign({ topic });
        const watched = this.run.whileAssigning?.(assigning) ?? assigning;
        if (!(await beforeAbort(watched, signal))) return;
        this.event('partitions_assigned', { partitions: consumer.assignment() });
      }
      await this.read();
    } catch (error) {
      if (!(error instanceof WakeupError)) throw error;
    } finally {
      signal.removeEventListener('abort', wakeup);
      const partitions = consumer.assignment();
      await consumer.close();
      if (partitions.length > 0 && !this.run.isMember) {
        this.event('partitions_revoked', { partitions });
      }
      this.event('shutdown_complete');
    }
  }

  private async read(): Promise<void> {
    const { consumer, signal } = this.run;
    while (!signal.aborted && this.left > 0) {
      const batches = await consumer.poll();
      if (batches.length === 0) continue;
      const next = this.received(batches);
      if (this.run.commits) await this.commit(next);
    }
  }

  /** A commit that the group refuses is told of like any other, and reading goes on. */
  private async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    try {
      await this.run.consumer.commit(offsets);
      this.event('offsets_committed', { offsets, success: true });
    } catch (error) {
      const isFenced = KafkaClassicError.is(error) && error.code === 'FENCED_INSTANCE_ID';
      if (isFenced || !(error instanceof Error)) throw error;
      this.event('offsets_committed', { offsets, error: error.message, success: false });
    }
  }

  private readonly listener = {
    onPartitionsAssigned: (partitions: readonly TopicPartition[]) =>
      this.event('partitions_assigned', { partitions }),
    onPartitionsRevoked: (partitions: readonly TopicPartition[]) =>
      this.event('partitions_revoked', { partitions }),
  };

  private get left(): number {
    const { maxMessages } = this.run;
    return maxMessages < 0 ? Infinity : maxMessages - this.consumed;
  }

  /** @returns where each partition goes on */
  private received(batches: readonly ConsumerBatch[]): PartitionOffset[] {
    const before = this.consumed;
    const partitions = new Map<string, PartitionSummary>();
    for (const { topic, partition, records } of batches) {
      const taken = records.slice(0, this.left);
      if (taken.length === 0) break;
      if (this.run.verbose) for (const record of taken) this.event('record_data', shown(record));
      this.consumed += taken.length;
      const name = `${topic}-${partition}`;
      const minOffset = partitions.get(name)?.minOffset ?? taken[0].offset;
      const count = (partitions.get(name)?.count ?? 0) + taken.length;
      const maxOffset = taken[taken.length - 1].offset;
      partitions.set(name, { topic, partition, count, minOffset, maxOffset });
    }
    const count = this.consumed - before;
    this.event('records_consumed', { count, partitions: [...partitions.values()] });
    return [...partitions.values()].map(({ topic, partition, maxOffset }) => ({
      topic,
      partition,
      offset: maxOffset + 1,
    }));
  }

  private event(name: string, facts?: object): void {
    this.run.print(eventLine(this.run.clock.now(), name, facts));
  }
}

/** Waits for something that may take long. @returns false when the signal came first */
async function beforeAbort(task: Promise<void>, signal: AbortSignal): Promise<boolean> {
  const aborted = new Promise<false>((resolve) => {
    if (signal.aborted) resolve(false);
    else signal.addEventListener('abort', () => resolve(false), { once: true });
  });
  const done = task.then(() => true);
  // Whatever becomes of it after the signal is of no interest.
  done.catch(() => {});
  return Promise.race([done, aborted]);
}

function shown({ key, value, topic, partition, offset }: ConsumerBatch['records'][number]): object {
  return { key: textOf(key), value: textOf(value), topic, partition, offset };
}
