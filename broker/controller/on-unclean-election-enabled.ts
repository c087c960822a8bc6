import { tellEverybody, tellReplicas } from './announcements';
import type { ControllerTerm } from './controller-term';
import { reelect } from './leader-elections';

/**
 * Leaders may be elected now although records are lost by it: partitions that nobody leads are
 * looked at again.
 *
 * @param topic null for all
 */
export async function onUncleanElectionEnabled(
  term: ControllerTerm,
  topic: string | null,
): Promise<void> {
  const offline = term.context
    .partitionsIn('offline')
    .filter((partition) => topic === null || partition.topic === topic);
  if (offline.length === 0) return;
  const changes = await reelect(term, offline, 'unclean elections are allowed');
  const changed = changes.map(({ partition }) => partition);
  tellReplicas(term, changed);
  tellEverybody(term, changed);
}
