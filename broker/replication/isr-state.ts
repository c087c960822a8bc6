import type { ErrorName } from '../../client/protocol/error-codes';

/** A broker of an ISR, and which of its lives is meant. */
export interface IsrMember {
  readonly brokerId: number;
  /** -1 when not known; the controller then takes whichever lives. */
  readonly brokerEpoch: number;
}

/** The ISR as ZooKeeper has it, as far as the leader knows. */
export interface CommittedIsr {
  readonly kind: 'committed';
  readonly isr: readonly number[];
  readonly maximal: readonly number[];
}

/** A change the controller has been asked for. Nobody knows yet which of the two ISRs is true. */
export interface PendingIsr {
  readonly kind: 'pending-expand' | 'pending-shrink';
  /** Before the change. */
  readonly isr: readonly number[];
  readonly maximal: readonly number[];
  /** After it. Kept as it was sent: another life of a broker must not slip in with a retry. */
  readonly proposed: readonly IsrMember[];
}

/**
 * The in-sync replicas as their leader sees them (KIP-497, Kafka's Partition.scala).
 *
 * While a change is under way either ISR may turn out to be the true one. The high watermark and
 * acks=all therefore wait for the members of both: the *maximal* ISR.
 */
export type IsrState = CommittedIsr | PendingIsr;

export function committedIsr(isr: readonly number[]): CommittedIsr {
  return { kind: 'committed', isr, maximal: isr };
}

/** The replica that joins counts from now on. */
export function expandedIsr(
  { isr }: CommittedIsr,
  joining: number,
  member: (id: number) => IsrMember,
): PendingIsr {
  const maximal = [...isr, joining];
  return { kind: 'pending-expand', isr, maximal, proposed: maximal.map(member) };
}

/** Those that leave count until the change is confirmed. */
export function shrunkIsr(
  { isr }: CommittedIsr,
  leaving: readonly number[],
  member: (id: number) => IsrMember,
): PendingIsr {
  const proposed = isr.filter((id) => !leaving.includes(id)).map(member);
  return { kind: 'pending-shrink', isr, maximal: isr, proposed };
}

/**
 * What a refused change means for the leader.
 *
 * - `fall-back`: the controller says that the change was not made, and that the leader's partition
 *   epoch is current: the last committed ISR is true.
 * - `wait`: the leader's picture is out of date; both ISRs count until a newer one arrives.
 * - `retry`: nothing is known; the same change is asked for again.
 */
export type RefusedIsr = 'fall-back' | 'wait' | 'retry';

const REFUSALS: Partial<Record<ErrorName, RefusedIsr>> = {
  OPERATION_NOT_ATTEMPTED: 'fall-back',
  INELIGIBLE_REPLICA: 'fall-back',
  UNKNOWN_TOPIC_OR_PARTITION: 'wait',
  UNKNOWN_TOPIC_ID: 'wait',
  FENCED_LEADER_EPOCH: 'wait',
  INVALID_UPDATE_VERSION: 'wait',
  INVALID_REQUEST: 'wait',
  NEW_LEADER_ELECTED: 'wait',
};

export function refusedIsr(code: string): RefusedIsr {
  return REFUSALS[code as ErrorName] ?? 'retry';
}

/** `min.insync.replicas`, as far as the partition can fulfil it at all (KIP-966). */
export function effectiveMinIsr(configured: number, replicationFactor: number): number {
  return Math.max(1, Math.min(configured, replicationFactor));
}
