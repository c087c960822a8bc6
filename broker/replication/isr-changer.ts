import type { ErrorName } from '../../client/protocol/error-codes';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { TopicPartition } from '../log';
import type { IsrMember } from './isr-state';
import type { LeaderRecoveryState } from './partition-state';

/** A leader's wish for another ISR. */
export interface IsrChange {
  readonly topicPartition: TopicPartition;
  /** Kafka's base64 form. */
  readonly topicId: string;
  readonly leaderEpoch: number;
  /** Of the state the change is based on. */
  readonly partitionEpoch: number;
  readonly newIsr: readonly IsrMember[];
  readonly leaderRecoveryState: LeaderRecoveryState;
  /** Whether the leader still waits for the answer; else there is no need to ask (again). */
  isWanted(): boolean;
}

/** The state of a partition as the controller has it. */
export interface ControllerState {
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly partitionEpoch: number;
  readonly leaderRecoveryState: LeaderRecoveryState;
}

/** Asks the controller for another ISR (AlterPartition). */
export interface IsrChanger {
  /**
   * Resolves with the state after the change.
   *
   * @throws IsrChangeRefused, other ProtocolErrors
   */
  change(request: IsrChange): Promise<ControllerState>;
}

/** The controller did not make the change. */
export class IsrChangeRefused extends ProtocolError {
  constructor(
    name: ErrorName,
    /** The state the controller goes by, when it told. */
    readonly current?: ControllerState,
  ) {
    super(name);
  }
}
