import type { apis } from '../../protocol/apis';
import type { RequestOf, ResponseInput } from '../../protocol/api';
import { ErrorCode } from '../../protocol/error-codes';
import { ZERO_UUID } from '../../protocol/schema';

interface FakeNode {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

interface FakePartition {
  leader: number;
  leaderEpoch: number;
  replicas: number[];
}

interface FakeTopic {
  topicId: string;
  partitions: FakePartition[];
}

/** The state that fake brokers answer Metadata and DescribeCluster from. Change it at will. */
export class FakeCluster {
  clusterId = 'fake-cluster';
  /** Defaults to the first broker that joined. */
  controllerId = -1;
  /** The id that the next idempotent producer gets. */
  nextProducerId = 1000;
  readonly brokers = new Map<number, FakeNode>();
  readonly topics = new Map<string, FakeTopic>();
  private topicIds = 0;

  /** Adds a topic whose partitions are led in turn by the brokers there are, or by the one given. */
  addTopic(name: string, partitions = 1, leader?: number): void {
    const ids = [...this.brokers.keys()];
    const leaderOf = (partition: number): number => leader ?? ids[partition % ids.length];
    this.topics.set(name, {
      topicId: String(++this.topicIds).padStart(ZERO_UUID.length, 'A'),
      partitions: Array.from({ length: partitions }, (_, partition) => ({
        leader: leaderOf(partition),
        leaderEpoch: 0,
        replicas: [leaderOf(partition)],
      })),
    });
  }

  /** Makes a broker the leader of a partition, in a new leader epoch. */
  moveLeader(topic: string, partition: number, leader: number): void {
    const state = this.topics.get(topic)?.partitions[partition];
    if (!state) throw new Error(`There is no partition ${topic}-${partition}.`);
    state.leader = leader;
    state.leaderEpoch++;
  }

  metadata({ topics }: RequestOf<typeof apis.Metadata>): ResponseInput<typeof apis.Metadata> {
    const names = topics?.map(({ name }) => name ?? '') ?? [...this.topics.keys()];
    return {
      brokers: [...this.brokers.values()].map(({ nodeId, host, port }) => ({ nodeId, host, port })),
      clusterId: this.clusterId,
      controllerId: this.controllerId,
      topics: names.map((name) => this.topicReply(name)),
    };
  }

  private topicReply(name: string) {
    const topic = this.topics.get(name);
    if (!topic) {
      return { name, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION as number, partitions: [] };
    }
    return {
      name,
      errorCode: ErrorCode.NONE as number,
      topicId: topic.topicId,
      partitions: topic.partitions.map(({ leader, leaderEpoch, replicas }, partitionIndex) => ({
        errorCode: leader < 0 ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.NONE,
        partitionIndex,
        leaderId: leader,
        leaderEpoch,
        replicaNodes: replicas,
        isrNodes: replicas,
      })),
    };
  }
}
