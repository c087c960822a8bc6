import type { GroupOffsets, OffsetChange, StoredGroup } from './stored-group';

/** A group as its storage hands it over to the coordinator that has claimed it. */
export interface GroupSnapshot {
  /** null when there is no such group, or only offsets of it. */
  readonly group: StoredGroup | null;
  readonly offsets: GroupOffsets;
}

/**
 * The right to decide for one group, held by this broker from the claim on until it is released or
 * lost. Every write is fenced by the group's epoch: once another broker has claimed the group, all
 * of them fail, and `onLost` has told or is about to.
 *
 * Writes are carried out in the order they were asked for. Each recognises its own earlier success
 * after a lost reply, and repeats what failed for reasons that pass as long as the claim may stand.
 */
export interface GroupClaim {
  readonly groupId: string;
  readonly snapshot: GroupSnapshot;
  /** Whether authority may be exercised at this moment: not lost, and the lease has not run out. */
  readonly isHeld: boolean;

  /**
   * Stores members, generation and assignments, all or nothing, however large they are.
   *
   * @throws GroupStorageError
   */
  saveGroup(group: StoredGroup): Promise<void>;

  /**
   * Stores offsets. Those that come while a write is under way go together in the next one, the
   * latest per partition.
   *
   * @throws GroupStorageError
   */
  saveOffsets(changes: readonly OffsetChange[]): Promise<void>;

  /**
   * Removes the group with all its offsets and ends the claim.
   *
   * @throws GroupStorageError
   */
  remove(): Promise<void>;

  /** Gives the claim back; the group stays as it is stored. Never throws. */
  release(): Promise<void>;
}

export interface ClaimEvents {
  /** The claim is over although nobody released it. Called once, never after `release` or `remove`. */
  onLost(): void;
}

/** Where the groups of the cluster are kept. */
export interface GroupStorage {
  /**
   * The broker that coordinates a group: who has claimed it, or else who should. Cheap: any broker
   * is asked by clients all the time.
   *
   * @returns undefined when no broker is alive that could
   * @throws GroupStorageError
   */
  coordinatorOf(groupId: string): Promise<number | undefined>;

  /**
   * Makes this broker the coordinator of a group, which nobody has to have heard of before, and
   * loads it.
   *
   * @throws GroupStorageError `taken` when another broker that lives has claimed it
   */
  claim(groupId: string, events: ClaimEvents): Promise<GroupClaim>;

  /**
   * The groups that this broker has to answer for: those it has claimed and those nobody has claimed
   * but it should.
   *
   * @throws GroupStorageError
   */
  list(): Promise<string[]>;

  /**
   * A group as it is stored, without claiming it: for descriptions of groups that nobody uses.
   *
   * @throws GroupStorageError
   */
  read(groupId: string): Promise<GroupSnapshot>;

  /** Ends all claims; nothing is claimed any more. */
  close(): Promise<void>;
}
