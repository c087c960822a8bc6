/** A replica a consumer could read from. */
export interface ReplicaView {
  readonly brokerId: number;
  readonly rack: string | null;
  readonly logEndOffset: number;
  /** Monotonic milliseconds at which it last had everything. */
  readonly caughtUpAt: number;
}

/**
 * Chooses where a consumer should read (KIP-392).
 *
 * @param replicas in sync, with the offset asked for in their logs; the leader is one of them
 * @returns broker id
 */
export type ReplicaSelector = (
  rackId: string,
  replicas: readonly ReplicaView[],
  leader: ReplicaView,
) => number;

/** The leader if it is in the consumer's rack; else the replica in that rack that has come farthest. */
const rackAware: ReplicaSelector = (rackId, replicas, leader) => {
  const near = replicas.filter(({ rack }) => rack === rackId);
  if (rackId === '' || near.length === 0 || near.includes(leader)) return leader.brokerId;
  return near.reduce((best, next) => (isAhead(next, best) ? next : best)).brokerId;
};

function isAhead(a: ReplicaView, b: ReplicaView): boolean {
  if (a.logEndOffset !== b.logEndOffset) return a.logEndOffset > b.logEndOffset;
  return a.caughtUpAt > b.caughtUpAt;
}

/**
 * By `replica.selector.class`: Kafka's name of the class, with or without its package. Undefined for
 * none, and for the selector that always names the leader.
 */
export function replicaSelector(className: string | null | undefined): ReplicaSelector | undefined {
  return className?.split('.').at(-1) === 'RackAwareReplicaSelector' ? rackAware : undefined;
}
