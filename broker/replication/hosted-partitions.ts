import type { TopicPartition } from '../log';
import type { Partition } from './partition';

/** The partitions of a broker, by topic and number. */
export class HostedPartitions {
  private readonly topics = new Map<string, (Partition | undefined)[]>();

  constructor(private readonly create: (of: TopicPartition) => Partition) {}

  find(topic: string, index: number): Partition | undefined {
    return this.topics.get(topic)?.[index];
  }

  all(): Partition[] {
    return [...this.topics.values()].flatMap((partitions) =>
      partitions.filter((partition) => partition !== undefined),
    );
  }

  getOrCreate(topicPartition: TopicPartition): Partition {
    const { topic, partition: index } = topicPartition;
    let partitions = this.topics.get(topic);
    if (!partitions) this.topics.set(topic, (partitions = []));
    return (partitions[index] ??= this.create(topicPartition));
  }

  /** Neither leads nor follows it any more, and does not know it. */
  forget({ topic, partition: index }: TopicPartition): void {
    const partitions = this.topics.get(topic);
    const partition = partitions?.[index];
    if (!partitions || !partition) return;
    partitions[index] = undefined;
    partition.resign();
    if (partitions.every((other) => !other)) this.topics.delete(topic);
  }
}
