import { apis } from '../protocol/apis';
import { ProtocolError } from '../protocol/protocol-error';
import type { Cluster } from '../network';
import { askCoordinators } from './ask-coordinators';
import type { AdminCallOptions } from './call-options';
import { describeGroups } from './describe-groups';
import { settleEach } from './settle-each';

/** A dynamic member by its id, a static one by its instance id. */
export type MemberToRemove =
  | { readonly memberId: string; readonly groupInstanceId?: undefined }
  | { readonly groupInstanceId: string; readonly memberId?: undefined };

export interface RemoveMembersOptions extends AdminCallOptions {
  /** Default: all members. */
  members?: readonly MemberToRemove[];
  /** For the coordinator's log (KIP-800). */
  reason?: string;
}

/** KIP-345, KIP-571: takes members out of a group. Those that run join again. */
export async function removeMembersFromGroup(
  cluster: Cluster,
  groupId: string,
  { members, reason = 'member was removed by an admin', timeoutMs }: RemoveMembersOptions = {},
): Promise<void> {
  const wanted = members ?? (await allMembers(cluster, groupId, timeoutMs));
  await settleEach<MemberToRemove, true>(cluster, {
    what: 'Removing members',
    items: wanted,
    nameOf: ({ memberId, groupInstanceId }) => memberId ?? groupInstanceId,
    timeoutMs,
    alreadyDone: (_member, error) =>
      error instanceof ProtocolError && error.code === 'UNKNOWN_MEMBER_ID' ? true : undefined,
    attempt: ({ items, report }) =>
      askCoordinators(
        cluster,
        [groupId],
        async ({ nodeId }) => {
          const reply = await cluster.sendToBroker(nodeId, apis.LeaveGroup, {
            groupId,
            members: items.map(({ memberId = '', groupInstanceId = null }) => ({
              memberId,
              groupInstanceId,
              reason,
            })),
          });
          const error = ProtocolError.fromCode(reply.errorCode);
          if (error) throw error;
          // The replies are in the order of the members.
          items.forEach((item, i) => {
            const answer = reply.members.at(i);
            if (answer) report.reply(item, answer.errorCode, null, () => true);
          });
        },
        (_groupId, error) => items.forEach((item) => report.failed(item, error)),
      ),
  });
}

async function allMembers(
  cluster: Cluster,
  groupId: string,
  timeoutMs?: number,
): Promise<MemberToRemove[]> {
  const [{ members }] = await describeGroups(cluster, [groupId], { timeoutMs });
  return members.map(({ memberId, groupInstanceId }) =>
    groupInstanceId === null ? { memberId } : { groupInstanceId },
  );
}
