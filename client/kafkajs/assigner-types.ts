import type { Logger } from './logger';
import type { PartitionMetadata } from './producer-types';

export type Assignment = { [topic: string]: number[] };
export type GroupMember = { memberId: string; memberMetadata: Buffer };
export type GroupMemberAssignment = { memberId: string; memberAssignment: Buffer };
export type GroupState = { name: string; metadata: Buffer };

/** What an assigner may ask about the cluster. */
export type Cluster = {
  /** Ids of the brokers that hold partitions of the group's topics. */
  getNodeIds(): number[];
  /** Empty for topics the group has not subscribed to. */
  findTopicPartitionMetadata(topic: string): PartitionMetadata[];
  /** Partitions by the id of their leader. */
  findLeaderForPartitions(topic: string, partitions: number[]): { [leader: string]: number[] };
};

/** Shares out the partitions of a group; the one of the group's leader decides. */
export type Assigner = {
  name: string;
  version: number;
  assign(group: { members: GroupMember[]; topics: string[] }): Promise<GroupMemberAssignment[]>;
  protocol(subscription: { topics: string[] }): GroupState;
};

/** Called once per consumer. */
export type PartitionAssigner = (config: {
  cluster: Cluster;
  groupId: string;
  logger: Logger;
}) => Assigner;

export interface ISerializer<T> {
  encode(value: T): Buffer;
  /** Null for no bytes. */
  decode(buffer: Buffer): T | null;
}

export type MemberMetadata = { version: number; topics: string[]; userData: Buffer };
export type MemberAssignment = { version: number; assignment: Assignment; userData: Buffer };
