import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../protocol/consumer-protocol';
import type { ISerializer, MemberAssignment, MemberMetadata } from './assigner-types';

const none = Buffer.alloc(0);

/** The bytes in which members of a group tell what they want, and are told what they get. */
export const AssignerProtocol: {
  MemberMetadata: ISerializer<MemberMetadata>;
  MemberAssignment: ISerializer<MemberAssignment>;
} = {
  MemberMetadata: {
    encode: ({ version, topics, userData }) =>
      encodeSubscription(
        { topics, userData, ownedPartitions: [], generationId: -1, rackId: null },
        version,
      ),
    decode: (buffer) => {
      if (buffer.length === 0) return null;
      const { topics, userData } = decodeSubscription(buffer);
      return { version: buffer.readInt16BE(0), topics: [...topics], userData: userData ?? none };
    },
  },
  MemberAssignment: {
    encode: ({ version, assignment, userData }) =>
      encodeAssignment(
        {
          topicPartitions: Object.entries(assignment).map(([topic, partitions]) => ({
            topic,
            partitions,
          })),
          userData,
        },
        version,
      ),
    decode: (buffer) => {
      if (buffer.length === 0) return null;
      const { topicPartitions, userData } = decodeAssignment(buffer);
      return {
        version: buffer.readInt16BE(0),
        assignment: Object.fromEntries(
          topicPartitions.map(({ topic, partitions }) => [topic, [...partitions]]),
        ),
        userData: userData ?? none,
      };
    },
  },
};
