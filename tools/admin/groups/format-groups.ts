import type { GroupDescription, GroupListing, GroupMember } from '../../../client/admin';
import { lagOf, type PartitionProgress } from './group-lag';
import { paddedRows } from './padded-rows';

const MISSING = '-';
/** Columns are no narrower than that in Kafka's tool. */
const NAME = 15;

/** `--list --state --type`. */
export function formatListing(
  groups: readonly GroupListing[],
  { state = false, type = false }: { state?: boolean; type?: boolean },
): string[] {
  const cells = (group: string, typeCell: string, stateCell: string): string[] => [
    group,
    ...(type ? [typeCell] : []),
    ...(state ? [stateCell] : []),
  ];
  const longest = Math.max(NAME, ...groups.map(({ groupId }) => groupId.length));
  return paddedRows(
    cells('GROUP', 'TYPE', 'STATE'),
    groups.map((group) => cells(group.groupId, typeName(group.type), group.state)),
    [longest + 10, ...(type ? [20] : []), ...(state ? [20] : [])],
  );
}

/** `--describe --offsets`. */
export function formatOffsets(groupId: string, rows: readonly PartitionProgress[]): string[] {
  const header = ['GROUP', 'TOPIC', 'PARTITION', 'CURRENT-OFFSET', 'LOG-END-OFFSET', 'LAG'];
  return paddedRows(
    [...header, 'CONSUMER-ID', 'HOST', 'CLIENT-ID'],
    rows.map((row) => [
      groupId,
      row.topic,
      String(row.partition),
      String(row.offset ?? MISSING),
      String(row.endOffset ?? MISSING),
      String(lagOf(row) ?? MISSING),
      row.member?.memberId ?? MISSING,
      row.member?.host ?? MISSING,
      row.member?.clientId ?? MISSING,
    ]),
    [NAME, NAME, 10, 15, 15, 15, NAME, NAME, 0],
  );
}

/** `--describe --members`. */
export function formatMembers({ groupId, members }: GroupDescription, verbose: boolean): string[] {
  const hasStatic = members.some(({ groupInstanceId }) => groupInstanceId !== null);
  const cells = (id: string, instance: string, ...rest: readonly string[]): string[] => [
    id,
    ...(hasStatic ? [instance] : []),
    ...rest,
  ];
  const column = <T>(value: T): T[] => (verbose ? [value] : []);
  return paddedRows(
    [
      'GROUP',
      ...cells('CONSUMER-ID', 'GROUP-INSTANCE-ID', 'HOST', 'CLIENT-ID', '#PARTITIONS'),
      ...column('ASSIGNMENT'),
    ],
    members.map((member) => [
      groupId,
      ...cells(
        member.memberId,
        member.groupInstanceId ?? '',
        member.host,
        member.clientId,
        String(member.partitions.length),
      ),
      ...column(assignmentText(member)),
    ]),
    [NAME, ...(hasStatic ? [NAME, 17] : [NAME]), NAME, NAME, NAME, ...column(0)],
  );
}

/** `--describe --state`. */
export function formatState({
  groupId,
  coordinator: { host, port, nodeId },
  protocol,
  state,
  members,
}: GroupDescription): string[] {
  return paddedRows(
    ['GROUP', 'COORDINATOR (ID)', 'ASSIGNMENT-STRATEGY', 'STATE', '#MEMBERS'],
    [[groupId, `${host}:${port}  (${nodeId})`, protocol, state, String(members.length)]],
    [25, 25, 20, NAME, 0],
  );
}

/** What `--json` prints of a group with offsets. */
export function offsetsAsJson(group: GroupDescription, rows: readonly PartitionProgress[]): object {
  return {
    ...stateAsJson(group),
    partitions: rows.map((row) => ({
      topic: row.topic,
      partition: row.partition,
      currentOffset: row.offset ?? null,
      logEndOffset: row.endOffset ?? null,
      lag: lagOf(row) ?? null,
      consumerId: row.member?.memberId ?? null,
      host: row.member?.host ?? null,
      clientId: row.member?.clientId ?? null,
    })),
  };
}

/** What `--json` prints of a group with members. */
export function membersAsJson(group: GroupDescription): object {
  return {
    ...stateAsJson(group),
    members: group.members.map(({ memberId, groupInstanceId, host, clientId, partitions }) => ({
      consumerId: memberId,
      groupInstanceId,
      host,
      clientId,
      partitions,
    })),
  };
}

/** What `--json` prints of the state of a group. */
export function stateAsJson({ groupId, state, protocol, coordinator }: GroupDescription): object {
  const { nodeId, host, port } = coordinator;
  return {
    group: groupId,
    state,
    assignmentStrategy: protocol,
    coordinator: { nodeId, host, port },
  };
}

/** Kafka writes `Classic` and sends `classic`. */
function typeName(type: string): string {
  return type === '' ? 'Unknown' : type[0].toUpperCase() + type.slice(1);
}

/** `clicks(0,1), orders(2)`, as before Kafka 3.9, which forgets to name the topics. */
function assignmentText({ partitions }: GroupMember): string {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    topics.set(topic, [...(topics.get(topic) ?? []), partition]);
  }
  const texts = [...topics].map(
    ([topic, numbers]) => `${topic}(${numbers.sort((a, b) => a - b).join(',')})`,
  );
  return texts.length === 0 ? MISSING : texts.sort().join(', ');
}
