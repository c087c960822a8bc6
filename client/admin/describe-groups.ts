import { apis } from '../protocol/apis';
import { decodeAssignment } from '../protocol/consumer-protocol';
import { MalformedMessageError } from '../protocol/malformed-message-error';
import type { ResponseOf } from '../protocol/api';
import type { BrokerNode, Cluster } from '../network';
import { askCoordinators } from './ask-coordinators';
import type { PartitionItem } from './ask-leaders';
import type { AdminCallOptions } from './call-options';
import { groupStateOf, type GroupState } from './group-state';
import { settleEach } from './settle-each';

export interface GroupMember {
  readonly memberId: string;
  /** Of a static member (KIP-345), null for a dynamic one. */
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  /** Where it is, as `/address`. */
  readonly host: string;
  /** What it was given to read; empty for groups of other types than consumers. */
  readonly partitions: readonly PartitionItem[];
  /** What it said when it joined, in the bytes of the group's protocol. */
  readonly metadata: Buffer;
  /** The same of its assignment. */
  readonly assignment: Buffer;
}

export interface GroupDescription {
  readonly groupId: string;
  /** `Dead` when nobody knows the group. */
  readonly state: GroupState;
  /** `consumer` for groups of consumers. */
  readonly protocolType: string;
  /** The protocol that the members agreed on: the assignor, for consumers. Empty without members. */
  readonly protocol: string;
  readonly coordinator: BrokerNode;
  readonly members: readonly GroupMember[];
}

type DescribedGroup = ResponseOf<typeof apis.DescribeGroups>['groups'][number];

/** State and members of groups, asked of their coordinators. */
export function describeGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  { timeoutMs }: AdminCallOptions = {},
): Promise<GroupDescription[]> {
  return settleEach<string, GroupDescription>(cluster, {
    what: 'Describing groups',
    items: groupIds,
    nameOf: (groupId) => groupId,
    timeoutMs,
    attempt: ({ items, report }) =>
      askCoordinators(
        cluster,
        items,
        async (coordinator, groups) => {
          const reply = await cluster.sendToBroker(coordinator.nodeId, apis.DescribeGroups, {
            groups: [...groups],
          });
          for (const group of reply.groups) {
            report.reply(group.groupId, group.errorCode, null, () => ({
              groupId: group.groupId,
              state: groupStateOf(group.groupState),
              protocolType: group.protocolType,
              protocol: group.protocolData,
              coordinator,
              members: group.members.map((member) => memberOf(member, group.protocolType)),
            }));
          }
        },
        report.failed,
      ),
  });
}

function memberOf(member: DescribedGroup['members'][number], protocolType: string): GroupMember {
  const { memberId, groupInstanceId, clientId, clientHost, memberMetadata, memberAssignment } =
    member;
  return {
    memberId,
    groupInstanceId,
    clientId,
    host: clientHost,
    partitions: protocolType === 'consumer' ? partitionsOf(memberAssignment) : [],
    metadata: memberMetadata,
    assignment: memberAssignment,
  };
}

/** Bytes that are no assignment come from one bad client; the others shall still be seen. */
function partitionsOf(assignment: Buffer): PartitionItem[] {
  try {
    return decodeAssignment(assignment).topicPartitions.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition })),
    );
  } catch (error) {
    if (error instanceof MalformedMessageError) return [];
    throw error;
  }
}
