export type MemberDescription = {
  clientHost: string;
  clientId: string;
  memberId: string;
  /** For `AssignerProtocol.MemberAssignment.decode`. */
  memberAssignment: Buffer;
  /** For `AssignerProtocol.MemberMetadata.decode`. */
  memberMetadata: Buffer;
};

export type ConsumerGroupState =
  'Unknown' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead' | 'Empty';

export type GroupDescription = {
  groupId: string;
  members: MemberDescription[];
  protocol: string;
  protocolType: string;
  state: ConsumerGroupState;
};

export type GroupDescriptions = { groups: GroupDescription[] };
export type GroupOverview = { groupId: string; protocolType: string };
