import { murmur2, murmur2OfText } from '../producer/murmur2';
import { legacyMurmur2 } from './legacy-murmur2';
import type { ICustomPartitioner, PartitionerArgs } from './producer-types';

/** Kafka's own: equal keys go where the Java client puts them. */
const DefaultPartitioner = partitionerWith((key) =>
  Buffer.isBuffer(key) ? murmur2(key) : murmur2OfText(String(key)),
);

/** That of KafkaJS before version 2. */
const LegacyPartitioner = partitionerWith(legacyMurmur2);

export const Partitioners: {
  DefaultPartitioner: ICustomPartitioner;
  LegacyPartitioner: ICustomPartitioner;
  /** @deprecated the older name of DefaultPartitioner */
  JavaCompatiblePartitioner: ICustomPartitioner;
} = { DefaultPartitioner, LegacyPartitioner, JavaCompatiblePartitioner: DefaultPartitioner };

/**
 * The partition a message names; else by the hash of its key, over all partitions; else one
 * available partition after the other, beginning anywhere.
 *
 * @param random 0 to 1
 */
function partitionerWith(
  hash: (key: Buffer | string) => number,
  random: () => number = Math.random,
): ICustomPartitioner {
  return () => {
    const turns = new Map<string, number>();
    return ({ topic, partitionMetadata, message }: PartitionerArgs): number => {
      const { key, partition } = message;
      if (partition !== null && partition !== undefined) return partition;
      const count = partitionMetadata.length;
      if (key !== null && key !== undefined) return (hash(key) & 0x7fffffff) % count;
      const turn = (turns.get(topic) ?? Math.floor(random() * 0x4000_0000)) + 1;
      turns.set(topic, turn % 0x4000_0000);
      const available = partitionMetadata.filter(({ leader }) => leader >= 0);
      return available.length > 0 ? available[turn % available.length].partitionId : turn % count;
    };
  };
}
