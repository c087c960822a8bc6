import type { ControllerTerm } from './controller-term';

/** What the controller's metrics show; all 0 where this broker is not the controller. */
export interface TermFigures {
  /** `ActiveControllerCount`: 1 in office. */
  readonly activeController: number;
  /** `OfflinePartitionsCount`: partitions without a live leader, but for topics being deleted. */
  readonly offlinePartitionsCount: number;
  /** `PreferredReplicaImbalanceCount`: partitions led by another than the preferred leader. */
  readonly preferredReplicaImbalanceCount: number;
  readonly globalTopicCount: number;
  readonly globalPartitionCount: number;
  readonly activeBrokerCount: number;
  readonly topicsToDeleteCount: number;
}

export interface ControllerFigures extends TermFigures {
  /** Events that wait. */
  readonly eventQueueSize: number;
  /** Milliseconds the last event had waited. */
  readonly eventQueueTimeMs: number;
}

/** @param term undefined when this broker is not in office */
export function figuresOf(term: ControllerTerm | undefined): TermFigures {
  const context = term?.context;
  const partitions = context ? [...context.partitions()] : [];
  const counted = partitions.filter(({ topic }) => !context?.isToBeDeleted(topic));
  return {
    activeController: term ? 1 : 0,
    offlinePartitionsCount: counted.filter(({ life }) => life !== 'online').length,
    preferredReplicaImbalanceCount: counted.filter(
      ({ state, assignment }) => state && state.leader !== assignment.replicas[0],
    ).length,
    globalTopicCount: context?.topics.size ?? 0,
    globalPartitionCount: partitions.length,
    activeBrokerCount: context?.brokers.size ?? 0,
    topicsToDeleteCount: context?.topicsToDelete.size ?? 0,
  };
}
