import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { brokersNamed, says } from '../finding';
import { isAlive } from '../look-up';
import type { Snapshot, TopicView } from '../snapshot';

export const deletionStuck: Check = {
  code: 'DELETION_STUCK',
  severity: 'warning',
  layer: 'administration',
  meaning: 'A topic is to be deleted and is still there.',
  remedy: "Nothing is in its way: read the controller's log.",
  passing: 'the topic has just been deleted',
  *find(snapshot) {
    const { deletions, topics } = snapshot.zookeeper;
    for (const [name, wish] of deletions) {
      const topic = topics.get(name);
      if (topic === undefined) continue;
      const means = wish.topicId === null ? 'delete it' : `delete the one with id ${wish.topicId}`;
      const remedy = obstacle(snapshot, topic, wish.topicId);
      yield {
        subject: name,
        topic: name,
        says: [
          says(paths.topicDeletion(name), means),
          says(paths.topic(name), `there, with id ${topic.topicId ?? 'none'}`),
        ],
        ...(remedy !== undefined && { remedy }),
      };
    }
  },
};

function obstacle(
  snapshot: Snapshot,
  { topicId, partitions }: TopicView,
  wanted: string | null,
): string | undefined {
  if (wanted !== null && wanted !== topicId) {
    return 'An earlier topic of this name was meant. Delete the wish with zookeeper-shell.';
  }
  const assignments = [...partitions.values()].map(({ assignment }) => assignment);
  const dead = assignments.flatMap(({ replicas }) =>
    replicas.filter((id) => !isAlive(snapshot, id)),
  );
  if (dead.length > 0) return `It waits for ${brokersNamed(new Set(dead))}: start what is missing.`;
  if (assignments.some(({ adding, removing }) => adding.length + removing.length > 0)) {
    return 'It waits until a reassignment of the topic is over.';
  }
  return undefined;
}
