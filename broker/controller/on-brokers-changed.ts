import type { BrokersChange } from '../../zk-coordination';
import { tellEverybody, tellItsReplicas, tellMetadata, tellReplicas } from './announcements';
import { takeBrokers, type BrokerChanges } from './broker-changes';
import type { ControlledPartition } from './controlled-partition';
import type { ControllerTerm } from './controller-term';
import { reelect } from './leader-elections';
import { createPartitions } from './partition-creation';
import { isBeingReassigned } from './reassignment';
import { settleLiveReplicas } from './topic-adoption';
import { mayReplicaMove, moveReplicas } from './replica-state-machine';

/** Brokers came, went, or were bounced: leaders are elected, and everybody is told. */
export async function onBrokersChanged(
  term: ControllerTerm,
  { brokers }: BrokersChange,
): Promise<void> {
  const changes = takeBrokers(term, brokers);
  const { joined, left } = changes;
  if (joined.length === 0 && left.size === 0) return;
  const { context } = term;
  const waiting = context.partitionsIn('new').filter(({ topic }) => !context.isToBeDeleted(topic));
  const elections = await reelect(term, affectedBy(term, changes), causeOf(changes), () => left);
  const { created, existing } =
    joined.length > 0 ? await createPartitions(term, waiting) : { created: [], existing: [] };
  const surprises = await reelect(term, existing, causeOf(changes));
  settleReplicas(term, changes);
  for (const partition of [...created, ...existing]) settleLiveReplicas(term, partition);

  const isNew = new Set(created);
  tellMetadata(term, joined);
  tellItsReplicas(term, joined, (partition) => isNew.has(partition));
  const changed = new Set([...elections, ...surprises].map(({ partition }) => partition));
  tellReplicas(term, [...changed, ...existing]);
  tellReplicas(term, created, () => true);
  tellEverybody(term, [...changed, ...existing, ...created]);
  const waitedFor = beingWaitedFor(term, changes);
  if (waitedFor.length > 0) term.put({ type: 'reassignments-advanced', partitions: waitedFor });
  if (context.topicsToDelete.size > 0) term.put({ type: 'deletions-resumed' });
}

/** Partitions a broker of which went or came, and that may have another leader or ISR for it. */
function affectedBy(
  { context }: ControllerTerm,
  { joined, left }: BrokerChanges,
): ControlledPartition[] {
  const came = new Set(joined);
  return [...context.partitions()].filter(({ state, assignment }) => {
    if (!state) return false;
    if (left.has(state.leader) || state.isr.some((id) => left.has(id))) return true;
    return state.leader < 0 && assignment.replicas.some((id) => came.has(id));
  });
}

/** Moves the replicas of who went to offline, and those of who came to online. */
function settleReplicas(term: ControllerTerm, { joined, left }: BrokerChanges): void {
  const { context, env } = term;
  for (const id of left) {
    const gone = context.replicasOn(id).filter((replica) => {
      const life = context.replicaLife(replica);
      return isServed(replica.partition) && mayReplicaMove(life, 'offline');
    });
    moveReplicas(context, gone, 'offline', env.logger);
    // Nobody knows whether the order to delete them got there; another life gets another.
    const unanswered = context
      .replicasOn(id)
      .filter((replica) => context.replicaLife(replica) === 'deletion-started');
    moveReplicas(context, unanswered, 'deletion-ineligible', env.logger);
  }
  for (const id of joined) {
    const back = context.replicasOn(id).filter(({ partition }) => isServed(partition));
    const unknown = back.filter((replica) => context.replicaLife(replica) === 'nonexistent');
    moveReplicas(context, unknown, 'new', env.logger);
    moveReplicas(context, back, 'online', env.logger);
  }
}

/** Not of a topic whose deletion has begun, nor waiting for its first live replica. */
function isServed({ life }: ControlledPartition): boolean {
  return life === 'online' || life === 'offline';
}

function beingWaitedFor(
  { context }: ControllerTerm,
  { joined }: BrokerChanges,
): ControlledPartition[] {
  return joined
    .flatMap((id) => context.partitionsOn(id))
    .filter(({ assignment }) => isBeingReassigned(assignment));
}

function causeOf({ joined, left }: BrokerChanges): string {
  const went = [...left].filter((id) => !joined.includes(id));
  const bounced = [...left].filter((id) => joined.includes(id));
  const came = joined.filter((id) => !left.has(id));
  const parts = [
    [went, 'left'],
    [bounced, 'restarted'],
    [came, 'joined'],
  ] as const;
  return parts
    .filter(([ids]) => ids.length > 0)
    .map(([ids, what]) => `${ids.length > 1 ? 'brokers' : 'broker'} ${ids.join(', ')} ${what}`)
    .join('; ');
}
