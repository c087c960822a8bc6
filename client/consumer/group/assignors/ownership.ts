import { formatPartition, type TopicPartition } from '../../topic-partition';

/** What a member says it had, and since when. */
export interface Claim {
  readonly memberId: string;
  readonly partitions: readonly TopicPartition[];
  /** Generation of that assignment, -1 when unknown. */
  readonly generation: number;
}

/**
 * Who had each partition last, by the name of the partition. A claim from an older generation is
 * that of a member which has been away; of two from the same neither can be right, and nobody has
 * the partition.
 */
export function lastOwners(claims: readonly Claim[]): Map<string, string> {
  const best = new Map<string, { memberId: string | undefined; generation: number }>();
  for (const { memberId, partitions, generation } of claims) {
    for (const at of partitions) {
      const name = formatPartition(at);
      const known = best.get(name);
      if (!known || known.generation < generation) best.set(name, { memberId, generation });
      else if (known.generation === generation && known.memberId !== memberId) {
        best.set(name, { memberId: undefined, generation });
      }
    }
  }
  const owners = new Map<string, string>();
  for (const [name, { memberId }] of best) if (memberId !== undefined) owners.set(name, memberId);
  return owners;
}
