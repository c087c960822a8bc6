import { ErrorCode } from '../../client/protocol/error-codes';
import type { OffsetFetch } from '../../client/protocol/messages/offset-fetch';
import type { GroupOffsets } from '../coordinator/group/stored-group';
import { groupErrorCode, type GroupRoom } from './group-room';
import type { ApiHandler } from './handler';

/** From this version on several groups are asked about at once. */
const FIRST_BATCHED = 8;
/** From this version on there is an error for the group as a whole. */
const FIRST_WITH_GROUP_ERROR = 2;

/** Which offsets are asked for; null for all of the group. */
type Wanted = readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[];

/** Tells how far groups have read; -1 where nothing is known. */
export function offsetFetchHandler(room: GroupRoom): ApiHandler<typeof OffsetFetch> {
  return async ({ groupId, topics, groups }, { apiVersion }) => {
    if (apiVersion >= FIRST_BATCHED) {
      return {
        groups: await Promise.all(
          groups.map(async (one) => ({
            groupId: one.groupId,
            ...(await answer(one.groupId, one.topics, room)),
          })),
        ),
      };
    }
    const { errorCode, topics: answered } = await answer(groupId, topics, room);
    if (errorCode === ErrorCode.NONE || apiVersion >= FIRST_WITH_GROUP_ERROR) {
      return { errorCode, topics: answered };
    }
    return { topics: refused(topics ?? [], errorCode) };
  };
}

async function answer(groupId: string, wanted: Wanted | null, room: GroupRoom) {
  try {
    const offsets = await room.groups.offsets(groupId);
    return { errorCode: ErrorCode.NONE, topics: found(wanted ?? all(offsets), offsets) };
  } catch (error) {
    return { errorCode: groupErrorCode(error, room, 'OffsetFetch'), topics: [] };
  }
}

function all(offsets: GroupOffsets): Wanted {
  return [...offsets].map(([name, partitions]) => ({
    name,
    partitionIndexes: [...partitions.keys()],
  }));
}

function found(wanted: Wanted, offsets: GroupOffsets) {
  return wanted.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => {
      const committed = offsets.get(name)?.get(partitionIndex);
      return {
        partitionIndex,
        committedOffset: committed?.offset ?? -1,
        committedLeaderEpoch: committed?.leaderEpoch ?? -1,
        metadata: committed?.metadata ?? '',
        errorCode: ErrorCode.NONE,
      };
    }),
  }));
}

function refused(wanted: Wanted, errorCode: number) {
  return wanted.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      committedOffset: -1,
      metadata: '',
      errorCode,
    })),
  }));
}
