import { UsageError } from '../../cli/usage-error';

/**
 * Parses `--replica-assignment`: `1:2,2:3` puts partition 0 on brokers 1 and 2, partition 1 on
 * brokers 2 and 3; the first of each is the preferred leader.
 *
 * @returns the brokers of each partition
 * @throws UsageError when it is no such list, names a broker twice for one partition, or the
 *   partitions differ in the number of replicas
 */
export function parseReplicaAssignment(text: string): number[][] {
  const partitions = text.split(',').map((brokers) => brokers.split(':').map(brokerId));
  partitions.forEach((brokers, partition) => {
    const twice = brokers.filter((id, i) => brokers.indexOf(id) !== i);
    if (twice.length > 0) {
      throw new UsageError(
        `Partition replica lists may not contain duplicate entries: ${twice.join(',')}.`,
      );
    }
    if (brokers.length !== partitions[0].length) {
      throw new UsageError(
        `Partition ${partition} has a different replication factor: ${brokers.join(':')}.`,
      );
    }
  });
  return partitions;
}

function brokerId(text: string): number {
  if (/^\s*\d+\s*$/.test(text)) return Number(text);
  throw new UsageError(
    `"${text.trim()}" in --replica-assignment is not a broker id.`,
    'Write it like 1:2,2:3.',
  );
}
