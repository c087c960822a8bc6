import { apis } from '../../protocol/apis';
import { encodeAssignment, type TopicPartitions } from '../../protocol/consumer-protocol';
import { ErrorCode, type ErrorName } from '../../protocol/error-codes';
import type { FakeBroker } from '../../network/testing/fake-broker';

interface FakeMember {
  memberId: string;
  groupInstanceId?: string;
  clientId: string;
  partitions: TopicPartitions[];
}

interface FakeGroup {
  coordinator: number;
  state: string;
  protocol: string;
  members: FakeMember[];
  /** Committed offsets by `topic-partition`. */
  offsets: Map<string, { topic: string; partition: number; offset: number; metadata: string }>;
}

/** Groups that fake brokers tell of and change, as coordinators do. Change them at will. */
export class FakeGroups {
  readonly groups = new Map<string, FakeGroup>();
  /** Errors to answer for offsets of a partition, by `topic-partition`. */
  readonly refused = new Map<string, ErrorName>();

  constructor(private readonly brokers: readonly FakeBroker[]) {
    for (const broker of brokers) this.answerAt(broker);
  }

  add(groupId: string, facts: Partial<FakeGroup> = {}): FakeGroup {
    const group: FakeGroup = {
      coordinator: this.brokers[0].nodeId,
      state: facts.members?.length ? 'Stable' : 'Empty',
      protocol: facts.members?.length ? 'range' : '',
      members: [],
      offsets: new Map(),
      ...facts,
    };
    this.groups.set(groupId, group);
    return group;
  }

  commit(groupId: string, topic: string, partition: number, offset: number, metadata = ''): void {
    const group = this.groups.get(groupId) ?? this.add(groupId);
    group.offsets.set(`${topic}-${partition}`, { topic, partition, offset, metadata });
  }

  private answerAt(broker: FakeBroker): void {
    broker.on(apis.FindCoordinator, ({ coordinatorKeys }) => ({
      coordinators: coordinatorKeys.map((key) => {
        const nodeId = this.groups.get(key)?.coordinator ?? this.brokers[0].nodeId;
        const { host, port } = this.brokers.find((one) => one.nodeId === nodeId) ?? broker;
        return { key, nodeId, host, port };
      }),
    }));
    broker.on(apis.ListGroups, ({ statesFilter }) => ({
      groups: [...this.groups]
        .filter(([, { coordinator }]) => coordinator === broker.nodeId)
        .filter(([, { state }]) => statesFilter.length === 0 || statesFilter.includes(state))
        .map(([groupId, { state }]) => ({
          groupId,
          protocolType: 'consumer',
          groupState: state,
          groupType: 'classic',
        })),
    }));
    broker.on(apis.DescribeGroups, ({ groups }) => ({
      groups: groups.map((groupId) => this.described(groupId, broker.nodeId)),
    }));
    broker.on(apis.DeleteGroups, ({ groupsNames }) => ({
      results: groupsNames.map((groupId) => {
        const group = this.groups.get(groupId);
        if (!group) return { groupId, errorCode: ErrorCode.GROUP_ID_NOT_FOUND };
        if (group.members.length > 0) return { groupId, errorCode: ErrorCode.NON_EMPTY_GROUP };
        this.groups.delete(groupId);
        return { groupId, errorCode: ErrorCode.NONE };
      }),
    }));
    broker.on(apis.LeaveGroup, ({ groupId, members }) => ({
      errorCode: 0,
      members: members.map(({ memberId, groupInstanceId }) => {
        const group = this.groups.get(groupId);
        const left = group?.members.filter((member) =>
          groupInstanceId === null
            ? member.memberId !== memberId
            : member.groupInstanceId !== groupInstanceId,
        );
        const known = group && left && left.length < group.members.length;
        if (known) group.members = left;
        return {
          memberId,
          groupInstanceId,
          errorCode: known ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID,
        };
      }),
    }));
    this.answerOffsetsAt(broker);
  }

  private answerOffsetsAt(broker: FakeBroker): void {
    broker.on(apis.OffsetFetch, ({ groups: [{ groupId, topics }] }) => {
      const known = this.groups.get(groupId)?.offsets ?? new Map<string, never>();
      const asked = topics?.flatMap(({ name, partitionIndexes }) =>
        partitionIndexes.map((partition) => ({ topic: name, partition })),
      ) ?? [...known.values()];
      return {
        groups: [
          {
            groupId,
            topics: asked.map(({ topic, partition }) => {
              const found = known.get(`${topic}-${partition}`);
              return {
                name: topic,
                partitions: [
                  {
                    partitionIndex: partition,
                    committedOffset: found?.offset ?? -1,
                    metadata: found?.metadata ?? '',
                    errorCode: this.errorOf(topic, partition),
                  },
                ],
              };
            }),
          },
        ],
      };
    });
    broker.on(apis.OffsetCommit, ({ groupId, topics }) => ({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, committedOffset, committedMetadata }) => {
          const busy = (this.groups.get(groupId)?.members.length ?? 0) > 0;
          const errorCode = busy ? ErrorCode.UNKNOWN_MEMBER_ID : this.errorOf(name, partitionIndex);
          if (errorCode === 0) {
            this.commit(groupId, name, partitionIndex, committedOffset, committedMetadata ?? '');
          }
          return { partitionIndex, errorCode };
        }),
      })),
    }));
    broker.on(apis.OffsetDelete, ({ groupId, topics }) => {
      const group = this.groups.get(groupId);
      if (!group) return { errorCode: ErrorCode.GROUP_ID_NOT_FOUND };
      return {
        errorCode: 0,
        topics: topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => {
            const read = group.members.some((member) =>
              member.partitions.some(({ topic }) => topic === name),
            );
            if (!read) group.offsets.delete(`${name}-${partitionIndex}`);
            const errorCode = read ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE;
            return { partitionIndex, errorCode };
          }),
        })),
      };
    });
  }

  private errorOf(topic: string, partition: number): number {
    return ErrorCode[this.refused.get(`${topic}-${partition}`) ?? 'NONE'];
  }

  private described(groupId: string, broker: number) {
    const group = this.groups.get(groupId);
    if (!group) {
      return { groupId, errorCode: 0, groupState: 'Dead', members: [] };
    }
    if (group.coordinator !== broker) return { groupId, errorCode: ErrorCode.NOT_COORDINATOR };
    return {
      groupId,
      errorCode: 0,
      groupState: group.state,
      protocolType: 'consumer',
      protocolData: group.protocol,
      members: group.members.map(({ memberId, groupInstanceId, clientId, partitions }) => ({
        memberId,
        groupInstanceId: groupInstanceId ?? null,
        clientId,
        clientHost: '/127.0.0.1',
        memberMetadata: Buffer.alloc(0),
        memberAssignment: encodeAssignment({ topicPartitions: partitions, userData: null }),
      })),
    };
  }
}
