import type { GroupOffset } from '../../client/admin';

/** An offset that one of the storages knows. */
export type KnownOffset = Pick<GroupOffset, 'topic' | 'partition' | 'offset'> &
  Partial<Pick<GroupOffset, 'leaderEpoch' | 'metadata'>>;

/** What is to happen to an offset of a group. */
export interface PlannedMove extends KnownOffset {
  readonly groupId: string;
  /**
   * - `move`: only the former storage has it
   * - `there`: both have the same
   * - `newer`: the present storage has another one, which was committed since
   */
  readonly what: 'move' | 'there' | 'newer';
}

/** Compares what a group has in the former storage with what it has in the present one. */
export function planMove(
  groupId: string,
  former: readonly KnownOffset[],
  present: readonly KnownOffset[],
): PlannedMove[] {
  const known = new Map(
    present.filter(({ offset }) => offset >= 0).map((one) => [nameOf(one), one.offset]),
  );
  return former
    .filter(({ offset }) => offset >= 0)
    .map((one) => {
      const there = known.get(nameOf(one));
      if (there === undefined) return { ...one, groupId, what: 'move' as const };
      return {
        ...one,
        groupId,
        what: there === one.offset ? ('there' as const) : ('newer' as const),
      };
    });
}

function nameOf({ topic, partition }: KnownOffset): string {
  return `${topic}-${partition}`;
}
