import { apis } from '../protocol/apis';
import { ProtocolError } from '../protocol/protocol-error';
import type { Cluster } from '../network';
import { askCoordinators } from './ask-coordinators';
import type { AdminCallOptions } from './call-options';
import { settleEach } from './settle-each';

/**
 * KIP-229: deletes groups without members, with their offsets. Fails with NON_EMPTY_GROUP for those
 * that have some, with GROUP_ID_NOT_FOUND for those nobody knows.
 */
export async function deleteGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  { timeoutMs }: AdminCallOptions = {},
): Promise<void> {
  await settleEach<string, true>(cluster, {
    what: 'Deleting groups',
    items: groupIds,
    nameOf: (groupId) => groupId,
    timeoutMs,
    alreadyDone: (_groupId, error) =>
      error instanceof ProtocolError && error.code === 'GROUP_ID_NOT_FOUND' ? true : undefined,
    attempt: ({ items, report }) =>
      askCoordinators(
        cluster,
        items,
        async ({ nodeId }, groups) => {
          const { results } = await cluster.sendToBroker(nodeId, apis.DeleteGroups, {
            groupsNames: [...groups],
          });
          for (const { groupId, errorCode } of results) {
            report.reply(groupId, errorCode, null, () => true);
          }
        },
        report.failed,
      ),
  });
}
