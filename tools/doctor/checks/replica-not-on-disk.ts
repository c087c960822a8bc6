import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { topicPartitionKey } from '../../../zk-coordination/stores/topic-partition';
import { ids, says } from '../finding';
import { about, statedPartitionsOf } from '../look-up';
import type { BrokerAnswers } from '../snapshot';

export const replicaNotOnDisk: Check = {
  code: 'REPLICA_NOT_ON_DISK',
  severity: 'error',
  layer: 'logs',
  meaning: 'A broker has no log of a partition that it is assigned to.',
  remedy:
    'See in its log whether a directory failed or the replica could not be made; restarting the broker makes the controller order it again.',
  passing: 'the topic has just been made, or the replica is just being added',
  *find(snapshot) {
    for (const partition of statedPartitionsOf(snapshot)) {
      for (const id of partition.assignment.replicas) {
        const answers = snapshot.brokers.get(id)?.answers;
        if (!answers || has(answers, topicPartitionKey(partition))) continue;
        const offline = answers.logDirs.filter(({ error }) => error !== undefined);
        const { subject, topic } = about(partition);
        yield {
          subject: `${subject} at broker ${id}`,
          topic,
          says: [
            says(paths.topic(topic), `replicas ${ids(partition.assignment.replicas)}`),
            says(`broker ${id}`, 'no log of it'),
          ],
          ...(offline.length > 0 && {
            remedy: `It may lie in ${offline.map(({ path }) => path).join(', ')}, which has failed: mend that.`,
          }),
        };
      }
    }
  },
};

function has({ logDirs }: BrokerAnswers, key: string): boolean {
  return logDirs.some(({ partitions }) =>
    partitions.some((one) => !one.isFuture && topicPartitionKey(one) === key),
  );
}
