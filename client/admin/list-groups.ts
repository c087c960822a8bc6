import { apis } from '../protocol/apis';
import { ProtocolError } from '../protocol/protocol-error';
import type { Cluster } from '../network';
import { askBrokers } from './ask-brokers';
import type { AdminCallOptions } from './call-options';
import { groupStateOf, type GroupState } from './group-state';

export interface GroupListing {
  readonly groupId: string;
  /** `consumer` for groups of consumers; empty for one that has only offsets. */
  readonly protocolType: string;
  readonly state: GroupState;
  /** How its members are managed; there is `classic` only. Empty when the broker does not say. */
  readonly type: string;
}

export interface ListGroupsOptions extends AdminCallOptions {
  /** Only groups in these states. Default: all. */
  states?: readonly GroupState[];
  /** Only groups of these types. Default: all. */
  types?: readonly string[];
}

/**
 * KIP-518, KIP-848. All brokers are asked, each for the groups it coordinates.
 *
 * @returns by group id
 * @throws AdminError when a broker does not answer; what the others said is in `succeeded`, a list
 *   per broker
 */
export async function listGroups(
  cluster: Cluster,
  { states = [], types = [], ...options }: ListGroupsOptions = {},
): Promise<GroupListing[]> {
  const perBroker = await askBrokers(
    cluster,
    'Listing groups',
    undefined,
    async ({ nodeId }) => {
      const reply = await cluster.sendToBroker(nodeId, apis.ListGroups, {
        statesFilter: [...states],
        typesFilter: [...types],
      });
      const error = ProtocolError.fromCode(reply.errorCode);
      if (error) throw error;
      return reply.groups.map(({ groupId, protocolType, groupState, groupType }) => ({
        groupId,
        protocolType,
        state: groupStateOf(groupState),
        type: groupType,
      }));
    },
    options,
  );
  return uniqueGroups(perBroker);
}

/** A group that moves while it is asked about may be named by two brokers. */
export function uniqueGroups(lists: Iterable<readonly GroupListing[]>): GroupListing[] {
  const groups = new Map<string, GroupListing>();
  for (const list of lists) for (const group of list) groups.set(group.groupId, group);
  return [...groups.values()].sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
}
