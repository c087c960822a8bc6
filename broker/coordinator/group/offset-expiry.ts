import type { CommittedOffset } from './stored-group';
import type { GroupState } from './group-states';

/** What decides whether offsets of a group are kept (KIP-211, Kafka's GroupMetadata.expiredOffsets). */
export interface ExpiryFacts {
  readonly state: GroupState;
  /** null for a group that was only ever used to keep offsets. */
  readonly protocolType: string | null;
  /** When the group came into its state, milliseconds since 1970. */
  readonly since: number;
  /** Topics that members read; undefined when that cannot be known. */
  readonly subscribed: ReadonlySet<string> | undefined;
  readonly now: number;
  readonly retentionMs: number;
}

/**
 * Whether an offset may be forgotten: of a group without members, when it has been without for long;
 * of one with members, when nobody reads the topic any more; of one that never had any, when nothing
 * was committed for long.
 */
export function isExpired(topic: string, committed: CommittedOffset, facts: ExpiryFacts): boolean {
  const { state, protocolType, since, subscribed, now, retentionMs } = facts;
  if (committed.expireTimestamp !== null) return now >= committed.expireTimestamp;
  if (protocolType === null) return now - committed.commitTimestamp >= retentionMs;
  if (state === 'Empty') return now - Math.max(since, committed.commitTimestamp) >= retentionMs;
  if (state !== 'Stable' || subscribed === undefined || subscribed.has(topic)) return false;
  return now - committed.commitTimestamp >= retentionMs;
}
