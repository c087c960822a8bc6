import { ConsumerProtocolReader } from './consumer-protocol-reader';
import type { TopicPartitions } from './consumer-protocol-types';
import { ConsumerProtocolWriter } from './consumer-protocol-writer';

export type { TopicPartitions };

/** What a member of a consumer group says of itself when it joins. */
export interface ConsumerSubscription {
  readonly topics: readonly string[];
  /** For the assignor; null for nothing. */
  readonly userData: Buffer | null;
  /** What it reads and has not given up (KIP-429); empty before version 1. */
  readonly ownedPartitions: readonly TopicPartitions[];
  /** Generation in which it got them; -1 when unknown, as before version 2 (KIP-792). */
  readonly generationId: number;
  /** Where it runs; null when unknown, as before version 3 (KIP-881). */
  readonly rackId: string | null;
}

/** What a member of a consumer group is to read. */
export interface ConsumerAssignment {
  readonly topicPartitions: readonly TopicPartitions[];
  /** From the assignor of the leader to that of the member; null for nothing. */
  readonly userData: Buffer | null;
}

/** The newest version of both that is known here. */
export const CONSUMER_PROTOCOL_VERSION = 3;

/**
 * The bytes that members of type `consumer` hand each other through the coordinator, the same for
 * every client of Kafka (ConsumerProtocolSubscription.json, ConsumerProtocolAssignment.json). Later
 * versions only add at the end, so whoever knows less reads what he knows.
 */
export function encodeSubscription(
  { topics, userData, ownedPartitions, generationId, rackId }: ConsumerSubscription,
  version = CONSUMER_PROTOCOL_VERSION,
): Buffer {
  const writer = new ConsumerProtocolWriter();
  writer.int16(version);
  writer.array(topics, (topic) => writer.string(topic));
  writer.nullableBytes(userData);
  if (version >= 1) writer.topicPartitions(ownedPartitions);
  if (version >= 2) writer.int32(generationId);
  if (version >= 3) writer.nullableString(rackId);
  return writer.bytes();
}

/**
 * Takes a version newer than its own for its own: that is how they are made.
 *
 * @throws MalformedMessageError
 */
export function decodeSubscription(bytes: Buffer): ConsumerSubscription {
  const reader = new ConsumerProtocolReader(bytes);
  const version = reader.version();
  const topics = reader.array(() => reader.string());
  // Some clients end here when there is none, and some where version 0 ends, whatever they call it.
  const userData = reader.isAtEnd ? null : reader.nullableBytes();
  const ownedPartitions = version >= 1 && !reader.isAtEnd ? reader.topicPartitions() : [];
  const generationId = version >= 2 && !reader.isAtEnd ? reader.int32() : -1;
  const rackId = version >= 3 && !reader.isAtEnd ? reader.nullableString() : null;
  return { topics, userData, ownedPartitions, generationId, rackId };
}

/** See {@link encodeSubscription}. All versions of it are the same. */
export function encodeAssignment(
  { topicPartitions, userData }: ConsumerAssignment,
  version = CONSUMER_PROTOCOL_VERSION,
): Buffer {
  const writer = new ConsumerProtocolWriter();
  writer.int16(version);
  writer.topicPartitions(topicPartitions);
  writer.nullableBytes(userData);
  return writer.bytes();
}

/**
 * No bytes at all are no partitions: that is what a member gets of whom the leader did not know.
 *
 * @throws MalformedMessageError
 */
export function decodeAssignment(bytes: Buffer): ConsumerAssignment {
  if (bytes.length === 0) return { topicPartitions: [], userData: null };
  const reader = new ConsumerProtocolReader(bytes);
  reader.version();
  const topicPartitions = reader.topicPartitions();
  return { topicPartitions, userData: reader.isAtEnd ? null : reader.nullableBytes() };
}
