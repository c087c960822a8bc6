import { expect } from '@jest/globals';
import type { Consumer } from 'kafkajs';
import { kafkaJs } from '../tested-client';
import { until } from '../../harness/until';
import { clientShows, type ClientsWorld } from './clients-world';

const TOPIC = 'consumed';
const PARTITIONS = 3;
const RETRY = { retries: 100, maxRetryTime: 1000 };
/** The writer waits for its readers when it is so many records ahead. */
const MOST_AHEAD = 200;

/** KafkaJS's idempotent producer at work, and what was acknowledged to it: `partition/value`. */
class Writer {
  readonly acknowledged = new Set<string>();
  private stopped = false;
  private readonly writing: Promise<void>;
  private failure: unknown;

  constructor(
    world: ClientsWorld,
    private readonly isRead: (record: string) => boolean,
  ) {
    this.writing = world.withProducer({ idempotent: true, retry: RETRY }, async (producer) => {
      for (let value = 0; !this.stopped; value++) {
        for (let partition = 0; partition < PARTITIONS; partition++) {
          // One partition in a send: those of a leader that dies are forgotten by KafkaJS when the
          // next leader has answered the same send for another partition.
          const messages = [{ partition, value: `${value}` }];
          await producer.send({ topic: TOPIC, acks: -1, messages });
          this.acknowledged.add(`${partition}/${value}`);
        }
        await until(
          () => this.stopped || this.unread().length < MOST_AHEAD,
          () => this.complaint(),
        );
      }
    });
    this.writing.catch((error: unknown) => (this.failure = error));
  }

  /** More is acknowledged than now, and everything that was acknowledged by then is read. */
  async goesOn(): Promise<void> {
    const before = this.acknowledged.size;
    await until(
      () => this.hasNotFailed() && this.acknowledged.size > before + PARTITIONS * 10,
      () => 'Nothing more is acknowledged.',
    );
    const then = [...this.acknowledged];
    await until(
      () => this.hasNotFailed() && then.every(this.isRead),
      () => this.complaint(),
    );
  }

  /** Everything that was acknowledged is read. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.writing;
    await until(
      () => this.unread().length === 0,
      () => this.complaint(),
    );
  }

  private hasNotFailed(): true {
    if (this.failure) throw this.failure;
    return true;
  }

  private unread(): string[] {
    return [...this.acknowledged].filter((record) => !this.isRead(record));
  }

  private complaint(): string {
    return `Acknowledged and not read: ${this.unread().slice(0, 10).join(', ')}, …`;
  }
}

async function readInto(records: Set<string>, consumer: Consumer): Promise<void> {
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
  await consumer.run({
    eachMessage: ({ partition, message }) => {
      records.add(`${partition}/${String(message.value)}`);
      return Promise.resolve();
    },
  });
}

/** KafkaJS at work while brokers die. */
export function testFailover(world: () => ClientsWorld): void {
  const shows = clientShows(world);
  const leaderOf = (topic: string): Promise<number> =>
    world().withAdmin(async (admin) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0]?.partitions[0]?.leader ?? -1;
    });
  const coordinatorOf = async (group: string): Promise<number> => {
    const admin = world().ours.admin();
    const [described] = await admin.describeGroups([group]).finally(() => admin.close());
    return described?.coordinator.nodeId ?? -1;
  };

  shows(
    kafkaJs,
    'failover: producer and consumers go on when a leader, then their coordinator is killed',
    async () => {
      await world().topicWith(TOPIC, PARTITIONS, 0);
      const read = new Set<string>();
      const groupId = 'consuming';
      // After a failure KafkaJS comes back as somebody new: the session of who it was has to end first.
      const options = { groupId, heartbeatInterval: 500, sessionTimeout: 8000 };
      const writer = new Writer(world(), (record) => read.has(record));
      await world().withConsumer(options, async (first) => {
        await readInto(read, first);
        await world().withConsumer(options, async (second) => {
          await readInto(read, second);
          await writer.goesOn();
          const leader = await leaderOf(TOPIC);
          await world().cluster.kill(leader);
          await writer.goesOn();
          await world().cluster.start(leader);
          const coordinator = await coordinatorOf(groupId);
          await world().cluster.kill(coordinator);
          await writer.goesOn();
          await writer.stop();
          await world().cluster.start(coordinator);
        });
      });
      const ends = await world().withAdmin((admin) => admin.fetchTopicOffsets(TOPIC));
      const high = ends.sort((a, b) => a.partition - b.partition).map((one) => one.high);
      expect(await world().committed(groupId, TOPIC)).toEqual(high);
      // As many records as there are values: nothing is there twice.
      const written = high.reduce((sum, end) => sum + Number(end), 0);
      expect(written).toBe(writer.acknowledged.size);
    },
  );
}
