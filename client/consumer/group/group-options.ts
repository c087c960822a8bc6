import { ClientOptionsError } from '../../network';
import type { PartitionAssignor } from './assignors/assignor';
import { resolveAssignors, type AssignorName } from './assignors/assignor-registry';

/** Options of a consumer that have to do with its group, under Kafka's names. */
export interface GroupOptions {
  /**
   * The group whose members share the partitions, and under which offsets are kept. Default none:
   * then there is only `assign`, and nothing is committed.
   */
  groupId?: string;
  /**
   * Makes the consumer a static member (KIP-345): it keeps its partitions over a restart that takes
   * less than `sessionTimeoutMs`. One running consumer at a time may have it. Default none.
   */
  groupInstanceId?: string;
  /**
   * Milliseconds without a heartbeat after which the coordinator takes the member for dead; within
   * `group.min.session.timeout.ms` and `group.max.session.timeout.ms` of the brokers. Default 45000.
   */
  sessionTimeoutMs?: number;
  /**
   * Milliseconds between heartbeats, which go on whatever the application does; at most a third of
   * the session timeout is wise. Default 3000.
   */
  heartbeatIntervalMs?: number;
  /**
   * Milliseconds that the application may take before it asks for more. When it takes longer, the
   * consumer leaves the group, so that others get its partitions, and joins again when it is asked
   * next. Default 300000.
   */
  maxPollIntervalMs?: number;
  /**
   * Milliseconds that a rebalance waits for this member to finish what it has in hand. Default: as
   * `maxPollIntervalMs`.
   */
  rebalanceTimeoutMs?: number;
  /**
   * How the group shares out partitions: assignors that this member can work with, the best first;
   * the group takes one that all members know. With `['cooperative-sticky']` members go on reading
   * during a rebalance (KIP-429). Default `['range', 'cooperative-sticky']`.
   */
  partitionAssignors?: readonly (AssignorName | PartitionAssignor)[];
  /**
   * Whether positions are committed by themselves, of what the application has finished: every
   * `autoCommitIntervalMs`, before partitions are given up, and on close. Default true.
   */
  enableAutoCommit?: boolean;
  /** Milliseconds between automatic commits. Default 5000. */
  autoCommitIntervalMs?: number;
  /**
   * Whether committed offsets are waited for which an open transaction is about to change (KIP-447).
   * Default true.
   */
  requireStableOffsets?: boolean;
}

/** Options with nothing left open. */
export interface ResolvedGroupOptions {
  readonly groupId: string;
  readonly groupInstanceId: string | null;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly maxPollIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly partitionAssignors: readonly PartitionAssignor[];
  readonly enableAutoCommit: boolean;
  readonly autoCommitIntervalMs: number;
  readonly requireStableOffsets: boolean;
}

const numberDefaults = {
  sessionTimeoutMs: 45_000,
  heartbeatIntervalMs: 3000,
  maxPollIntervalMs: 300_000,
  autoCommitIntervalMs: 5000,
};

/** What a request can carry in an int32. */
const LARGEST = 0x7fff_ffff;

/**
 * Fills in the defaults.
 *
 * @returns undefined without a group
 * @throws ClientOptionsError when an option makes no sense
 */
export function resolveGroupOptions(options: GroupOptions): ResolvedGroupOptions | undefined {
  const { groupId, groupInstanceId = null, enableAutoCommit = true } = options;
  if (groupId === undefined) {
    refuseWithoutGroup(options);
    return undefined;
  }
  if (typeof groupId !== 'string' || groupId === '') refuse('groupId', groupId, 'a name');
  if (groupInstanceId === '') refuse('groupInstanceId', "''", 'a name, or nothing');
  const numbers = { ...numberDefaults };
  for (const name of Object.keys(numberDefaults) as (keyof typeof numberDefaults)[]) {
    numbers[name] = positive(name, options[name] ?? numberDefaults[name]);
  }
  if (numbers.heartbeatIntervalMs >= numbers.sessionTimeoutMs) {
    refuse('heartbeatIntervalMs', numbers.heartbeatIntervalMs, 'less than sessionTimeoutMs');
  }
  const rebalance = options.rebalanceTimeoutMs ?? numbers.maxPollIntervalMs;
  return {
    ...numbers,
    groupId,
    groupInstanceId,
    enableAutoCommit,
    rebalanceTimeoutMs: positive('rebalanceTimeoutMs', rebalance),
    partitionAssignors: resolveAssignors(
      options.partitionAssignors ?? ['range', 'cooperative-sticky'],
    ),
    requireStableOffsets: options.requireStableOffsets ?? true,
  };
}

function positive(name: keyof GroupOptions, value: number): number {
  if (Number.isInteger(value) && value > 0 && value <= LARGEST) return value;
  return refuse(name, value, `a whole number from 1 to ${LARGEST}`);
}

function refuseWithoutGroup({ groupInstanceId, enableAutoCommit }: GroupOptions): void {
  if (groupInstanceId !== undefined) refuse('groupId', undefined, 'the group of the static member');
  if (enableAutoCommit) refuse('groupId', undefined, 'the group to commit offsets for');
}

function refuse(name: keyof GroupOptions, value: unknown, instead: string): never {
  throw new ClientOptionsError(
    `The consumer option ${name} is ${String(value)}.`,
    `Give ${instead}.`,
  );
}
