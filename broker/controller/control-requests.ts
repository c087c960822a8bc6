import type { RequestInput } from '../../client/protocol/api';
import {
  ControlRequestType,
  type LeaderAndIsr,
} from '../../client/protocol/messages/leader-and-isr';
import type { StopReplica } from '../../client/protocol/messages/stop-replica';
import type { UpdateMetadata } from '../../client/protocol/messages/update-metadata';
import { ZERO_UUID } from '../../client/protocol/schema';
import type { LeadershipEntry, PartitionSnapshot, StopEntry } from './control-entry';
import type { Part } from './pending-control';

/** What every request of a controller to a broker begins with. */
export interface ControlHeader {
  readonly controllerId: number;
  readonly controllerEpoch: number;
  readonly brokerEpoch: number;
  readonly brokerId: number;
}

export function leaderAndIsrRequest(
  header: ControlHeader,
  { isFull, entries }: Part<LeadershipEntry>,
): RequestInput<typeof LeaderAndIsr> {
  return {
    ...header,
    type: typeOf(isFull),
    topicStates: topicStates(entries, (entry) => ({
      partitionIndex: entry.partition,
      controllerEpoch: entry.controllerEpoch,
      leader: entry.leader,
      leaderEpoch: entry.leaderEpoch,
      isr: entry.isr,
      partitionEpoch: entry.partitionEpoch,
      replicas: entry.replicas,
      addingReplicas: entry.addingReplicas,
      removingReplicas: entry.removingReplicas,
      isNew: entry.isNew,
      leaderRecoveryState: entry.isRecovering ? 1 : 0,
    })),
    liveLeaders: [],
  };
}

export function updateMetadataRequest(
  header: ControlHeader,
  { isFull, entries }: Part<PartitionSnapshot>,
): RequestInput<typeof UpdateMetadata> {
  return {
    ...header,
    type: typeOf(isFull),
    topicStates: topicStates(entries, (entry) => ({
      partitionIndex: entry.partition,
      controllerEpoch: entry.controllerEpoch,
      leader: entry.leader,
      leaderEpoch: entry.leaderEpoch,
      isr: entry.isr,
      zkVersion: entry.partitionEpoch,
      replicas: entry.replicas,
      offlineReplicas: entry.offlineReplicas,
    })),
    liveBrokers: [],
  };
}

export function stopReplicaRequest(
  header: ControlHeader,
  entries: readonly StopEntry[],
): RequestInput<typeof StopReplica> {
  const grouped = groupBy(entries, ({ topic }) => topic);
  return {
    ...header,
    topicStates: [...grouped].map(([topicName, ofTopic]) => ({
      topicName,
      partitionStates: ofTopic.map(({ partition, leaderEpoch, deletePartition }) => ({
        partitionIndex: partition,
        leaderEpoch,
        deletePartition,
      })),
    })),
  };
}

/** The id of a topic on the wire. */
export function wireTopicId(topicId: string): string {
  return topicId === '' ? ZERO_UUID : topicId;
}

function typeOf(isFull: boolean): number {
  return isFull ? ControlRequestType.FULL : ControlRequestType.INCREMENTAL;
}

/** Grouped by topic, an old and a new topic of the same name apart, in order of appearance. */
function topicStates<E extends PartitionSnapshot, S>(
  entries: readonly E[],
  stateOf: (entry: E) => S,
): { topicName: string; topicId: string; partitionStates: S[] }[] {
  const grouped = groupBy(entries, ({ topic, topicId }) => `${topicId}/${topic}`);
  return [...grouped.values()].map((ofTopic) => ({
    topicName: (ofTopic[0] as E).topic,
    topicId: wireTopicId((ofTopic[0] as E).topicId),
    partitionStates: ofTopic.map(stateOf),
  }));
}

function groupBy<E>(entries: readonly E[], keyOf: (entry: E) => string): Map<string, E[]> {
  const groups = new Map<string, E[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return groups;
}
