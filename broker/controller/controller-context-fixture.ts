import {
  assigned,
  brokerEpoch,
  controllerEpoch,
  leaderEpoch,
  partitionEpoch,
  type PartitionAssignment,
  type PartitionState,
} from '../../zk-coordination';
import { addPartition, type ControlledTopic } from './controlled-topic';
import type { ControlledPartition } from './controlled-partition';
import { ControllerContext } from './controller-context';

/** For tests: a context of controller epoch 1 in which these brokers live; broker 1's epoch is 101. */
export function contextOf(...brokerIds: readonly number[]): ControllerContext {
  const context = new ControllerContext(controllerEpoch(1));
  for (const id of brokerIds) {
    context.brokers.set(id, { id, epoch: brokerEpoch(100n + BigInt(id)), rack: null });
  }
  return context;
}

/** For tests: puts a topic without partitions into the context. */
export function addTopic(
  context: ControllerContext,
  name: string,
  topicId = `id-of-${name}`,
): ControlledTopic {
  const topic = { name, topicId, czxid: 1n, version: 0, partitions: new Map() };
  context.topics.set(name, topic);
  return topic;
}

/** For tests: the next partition of a topic; all live, the first leads, all are in sync. */
export function addControlledPartition(
  topic: ControlledTopic,
  assignment: readonly number[] | PartitionAssignment,
  state: Partial<PartitionState> = {},
): ControlledPartition {
  const full = 'replicas' in assignment ? assignment : assigned(assignment);
  const partition = addPartition(topic, topic.partitions.size, full);
  partition.life = 'online';
  for (const id of full.replicas) partition.replicas.set(id, 'online');
  partition.state = {
    leader: full.replicas[0] as number,
    leaderEpoch: leaderEpoch(0),
    isr: full.replicas,
    leaderRecoveryState: 'recovered',
    controllerEpoch: controllerEpoch(1),
    partitionEpoch: partitionEpoch(0),
    ...state,
  };
  return partition;
}
