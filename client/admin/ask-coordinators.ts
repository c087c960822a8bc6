import { apis } from '../protocol/apis';
import { CoordinatorType } from '../protocol/messages/find-coordinator';
import { ProtocolError } from '../protocol/protocol-error';
import type { BrokerNode, Cluster } from '../network';

/**
 * Asks who coordinates groups, all in one request (KIP-699). Nothing is remembered: whoever asks
 * about groups now and then cannot know whether they have moved.
 *
 * @returns by group id: the coordinator, or why there is none
 */
async function findCoordinators(
  cluster: Cluster,
  groupIds: readonly string[],
): Promise<Map<string, BrokerNode | ProtocolError>> {
  const { coordinators } = await cluster.sendToAny(apis.FindCoordinator, {
    keyType: CoordinatorType.GROUP,
    coordinatorKeys: [...groupIds],
  });
  return new Map(
    coordinators.map(({ key, errorCode, errorMessage, nodeId, host, port }) => [
      key,
      ProtocolError.fromCode(errorCode, errorMessage) ?? { nodeId, host, port, rack: null },
    ]),
  );
}

/**
 * Sends a request about groups to their coordinators, one per coordinator. An error of one does not
 * hold up the others.
 */
export async function askCoordinators(
  cluster: Cluster,
  groupIds: readonly string[],
  ask: (coordinator: BrokerNode, groupIds: readonly string[]) => Promise<void>,
  failed: (groupId: string, error: Error) => void,
): Promise<void> {
  await cluster.connect();
  const found = await findCoordinators(cluster, groupIds);
  const coordinators = new Map<number, BrokerNode>();
  const groups = new Map<number, string[]>();
  for (const groupId of groupIds) {
    const coordinator = found.get(groupId);
    if (coordinator === undefined) continue;
    if (coordinator instanceof ProtocolError) {
      failed(groupId, coordinator);
      continue;
    }
    coordinators.set(coordinator.nodeId, coordinator);
    groups.set(coordinator.nodeId, [...(groups.get(coordinator.nodeId) ?? []), groupId]);
  }
  if ([...groups.keys()].some((id) => !cluster.snapshot.brokers.has(id))) {
    await cluster.refreshMetadata();
  }
  await Promise.all(
    [...coordinators.values()].map(async (coordinator) => {
      const asked = groups.get(coordinator.nodeId) ?? [];
      try {
        await ask(coordinator, asked);
      } catch (error) {
        for (const groupId of asked) failed(groupId, error as Error);
      }
    }),
  );
}

/**
 * Asks the coordinator of one group, and whoever is it next as long as the errors are retriable.
 *
 * @param what the step, as the beginning of a sentence
 */
export function askCoordinator<Result>(
  cluster: Cluster,
  what: string,
  groupId: string,
  ask: (coordinator: BrokerNode, remainingMs: number) => Promise<Result>,
  timeoutMs?: number,
): Promise<Result> {
  return cluster.retrying(
    what,
    async (_attempt, remainingMs) => {
      const results: Result[] = [];
      let failure: Error = new ProtocolError(
        'UNKNOWN_SERVER_ERROR',
        `The broker did not say who coordinates group "${groupId}".`,
      );
      await askCoordinators(
        cluster,
        [groupId],
        async (coordinator) => void results.push(await ask(coordinator, remainingMs)),
        (_groupId, error) => (failure = error),
      );
      if (results.length === 0) throw failure;
      return results[0];
    },
    { timeoutMs },
  );
}
