import { Kafka, type Consumer } from '../../../client';
import {
  HEARTBEAT_MS,
  type GroupMember,
  type MembershipOptions,
  type ReadRecord,
} from './group-member';

/** Our own client, which speaks msgpack. */
export class MsgpackMember implements GroupMember {
  leaderId = '';
  readonly records: ReadRecord[] = [];

  private constructor(
    private readonly consumer: Consumer,
    private readonly topic: string,
  ) {}

  static async start(options: MembershipOptions): Promise<MsgpackMember> {
    const { brokers, groupId, topic, strategy } = options;
    const consumer = new Kafka({ brokers: [...brokers], clientId: 'msgpack' }).consumer({
      groupId,
      partitionAssignors: [strategy],
      autoOffsetReset: 'earliest',
      heartbeatIntervalMs: HEARTBEAT_MS,
    });
    const member = new MsgpackMember(consumer, topic);
    consumer.on('group-join', ({ leaderId }) => (member.leaderId = leaderId));
    await consumer.subscribe({ topics: [topic] });
    void consumer.run({
      eachMessage: ({ partition, value }) =>
        void member.records.push(`${partition}/${String(value)}`),
    });
    return member;
  }

  get memberId(): string {
    return this.consumer.groupMetadata().memberId;
  }

  get owned(): number[] {
    const owned = this.consumer.assignment().filter(({ topic }) => topic === this.topic);
    return owned.map(({ partition }) => partition).sort((a, b) => a - b);
  }

  leave(): Promise<void> {
    return this.consumer.close();
  }
}
