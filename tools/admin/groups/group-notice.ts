import type { GroupDescription } from '../../../client/admin';

export interface GroupNotice {
  /** What people should know before they read the rows. */
  readonly text: string;
  /** Whether there is anything to show. */
  readonly exists: boolean;
}

/** What Kafka's tool says about a group that is not stable; undefined for one that is. */
export function groupNotice({ groupId, state }: GroupDescription): GroupNotice | undefined {
  switch (state) {
    case 'Dead':
      return { text: `Error: Consumer group '${groupId}' does not exist.`, exists: false };
    case 'Empty':
      return { text: `Consumer group '${groupId}' has no active members.`, exists: true };
    case 'PreparingRebalance':
    case 'CompletingRebalance':
      return { text: `Warning: Consumer group '${groupId}' is rebalancing.`, exists: true };
    default:
      return undefined;
  }
}
