import { createHash } from 'node:crypto';

/**
 * The broker that should coordinate a group nobody has claimed: the one whose hash with the group is
 * highest. All brokers that see the same brokers come to the same, and when one joins or leaves,
 * only what is its own moves.
 */
export function rendezvous(groupId: string, brokerIds: readonly number[]): number | undefined {
  let best: { readonly id: number; readonly score: string } | undefined;
  for (const id of brokerIds) {
    const score = createHash('sha1').update(`${id}:${groupId}`).digest('hex');
    if (best === undefined || score > best.score) best = { id, score };
  }
  return best?.id;
}
