import { ConsumerProtocolReader } from '../../../protocol/consumer-protocol-reader';
import { ConsumerProtocolWriter } from '../../../protocol/consumer-protocol-writer';
import type { TopicPartitions } from '../../../protocol/consumer-protocol';
import { MalformedMessageError } from '../../../protocol/malformed-message-error';

/** What a member had in which generation, as the sticky assignors of Java put it down. */
export interface PreviousAssignment {
  readonly topicPartitions: readonly TopicPartitions[];
  /** -1 when unknown. */
  readonly generation: number;
}

/** User data of `sticky`: StickyAssignor.java, version 1. */
export function encodePrevious({ topicPartitions, generation }: PreviousAssignment): Buffer {
  const writer = new ConsumerProtocolWriter();
  writer.topicPartitions(topicPartitions);
  writer.int32(generation);
  return writer.bytes();
}

/** What cannot be read counts as nothing: such a member gets its share anew. */
export function decodePrevious(userData: Buffer | null): PreviousAssignment {
  const nothing = { topicPartitions: [], generation: -1 };
  return orElse(nothing, () => {
    if (userData === null || userData.length === 0) return nothing;
    const reader = new ConsumerProtocolReader(userData);
    const topicPartitions = reader.topicPartitions();
    // Version 0 ends here.
    return { topicPartitions, generation: reader.isAtEnd ? -1 : reader.int32() };
  });
}

/** User data of `cooperative-sticky`: the generation alone, CooperativeStickyAssignor.java. */
export function encodeGeneration(generation: number): Buffer {
  const writer = new ConsumerProtocolWriter();
  writer.int32(generation);
  return writer.bytes();
}

/** -1 when there is none. */
export function decodeGeneration(userData: Buffer | null): number {
  return orElse(-1, () => (userData ? new ConsumerProtocolReader(userData).int32() : -1));
}

function orElse<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedMessageError) return otherwise;
    throw error;
  }
}
