/** The internal topic that keeps committed offsets. */
export const OFFSETS_TOPIC = '__consumer_offsets';

/** The partition of the offsets topic that a group's offsets are in (Kafka's GroupMetadataManager). */
export function partitionOfGroup(groupId: string, partitions: number): number {
  return Math.abs(javaHashCode(groupId)) % partitions;
}

/**
 * Java's `String.hashCode`, an int32. Its smallest value, of which Java knows no absolute value,
 * counts as 0 there.
 */
export function javaHashCode(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) {
    hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  }
  return hash === -0x8000_0000 ? 0 : hash;
}
