import { Kafka, logLevel, type Consumer } from 'kafkajs';
import {
  HEARTBEAT_MS,
  type GroupMember,
  type MembershipOptions,
  type ReadRecord,
} from './group-member';
import { kafkaJsAssigner } from './kafkajs-assigner';

/** KafkaJS's consumer. */
export class KafkaJsMember implements GroupMember {
  memberId = '';
  leaderId = '';
  owned: number[] = [];
  readonly records: ReadRecord[] = [];

  private constructor(private readonly consumer: Consumer) {}

  static async start(options: MembershipOptions): Promise<KafkaJsMember> {
    const { brokers, groupId, topic, strategy } = options;
    const kafka = new Kafka({
      brokers: [...brokers],
      clientId: 'kafkajs',
      logLevel: logLevel.NOTHING,
    });
    const consumer = kafka.consumer({
      groupId,
      partitionAssigners: [kafkaJsAssigner(strategy)],
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: HEARTBEAT_MS,
    });
    const member = new KafkaJsMember(consumer);
    consumer.on(consumer.events.REBALANCING, () => (member.owned = []));
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      member.memberId = payload.memberId;
      member.leaderId = payload.leaderId;
      member.owned = [...(payload.memberAssignment[topic] ?? [])].sort((a, b) => a - b);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: ({ partition, message }) => {
        member.records.push(`${partition}/${String(message.value)}`);
        return Promise.resolve();
      },
    });
    return member;
  }

  async leave(): Promise<void> {
    await this.consumer.disconnect();
    this.owned = [];
  }
}
