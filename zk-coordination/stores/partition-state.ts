import {
  type ControllerEpoch,
  controllerEpoch,
  type LeaderEpoch,
  leaderEpoch,
  type PartitionEpoch,
} from './epochs';
import { paths } from './paths';
import type { TopicPartition } from './topic-partition';
import { encodeJson, ZnodeJson } from './znode-json';

/** In place of a broker id: the partition has no leader. */
export const NO_LEADER = -1;

/** `recovering` after an unclean election (KIP-704). */
export type LeaderRecoveryState = 'recovered' | 'recovering';

/** Who leads a partition and who is in sync. */
export interface PartitionState {
  /** {@link NO_LEADER} for none. */
  readonly leader: number;
  readonly leaderEpoch: LeaderEpoch;
  readonly isr: readonly number[];
  readonly leaderRecoveryState: LeaderRecoveryState;
  /** Of the controller that wrote it. */
  readonly controllerEpoch: ControllerEpoch;
}

export interface StoredPartitionState extends PartitionState {
  /** For the next conditional change. */
  readonly partitionEpoch: PartitionEpoch;
}

/** The JSON of a state znode (Kafka's `TopicPartitionStateZNode`). */
export function encodePartitionState(state: PartitionState): Buffer {
  return encodeJson({
    version: 1,
    leader: state.leader,
    leader_epoch: state.leaderEpoch,
    controller_epoch: state.controllerEpoch,
    isr: state.isr,
    ...(state.leaderRecoveryState === 'recovering' ? { leader_recovery_state: 1 } : {}),
  });
}

/** @throws MalformedZnodeError */
export function decodePartitionState(
  { topic, partition }: TopicPartition,
  data: Buffer | null,
): PartitionState {
  const json = ZnodeJson.parse(paths.partitionState(topic, partition), data);
  return {
    leader: json.int('leader'),
    leaderEpoch: leaderEpoch(json.int('leader_epoch')),
    isr: json.ints('isr'),
    leaderRecoveryState: json.int('leader_recovery_state', 0) === 1 ? 'recovering' : 'recovered',
    controllerEpoch: controllerEpoch(json.int('controller_epoch')),
  };
}
