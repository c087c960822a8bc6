import type { ZkAcl } from '../create-options';

/** Every znode of Kafka that we use (Kafka's `ZkData.scala`). Names must be safe already. */
export const paths = {
  controller: '/controller',
  controllerEpoch: '/controller_epoch',

  brokerIds: '/brokers/ids',
  broker: (id: number) => `/brokers/ids/${id}`,
  /** Its version counts the generated broker ids. */
  brokerSequence: '/brokers/seqid',

  topics: '/brokers/topics',
  topic: (topic: string) => `/brokers/topics/${topic}`,
  partitions: (topic: string) => `/brokers/topics/${topic}/partitions`,
  partition: (topic: string, partition: number) =>
    `/brokers/topics/${topic}/partitions/${partition}`,
  partitionState: (topic: string, partition: number) =>
    `/brokers/topics/${topic}/partitions/${partition}/state`,

  cluster: '/cluster',
  clusterId: '/cluster/id',

  configs: (type: string) => `/config/${type}`,
  configChanges: '/config/changes',

  topicDeletions: '/admin/delete_topics',
  topicDeletion: (topic: string) => `/admin/delete_topics/${topic}`,
  reassignPartitions: '/admin/reassign_partitions',
  preferredElection: '/admin/preferred_replica_election',

  consumers: '/consumers',
  /** Its version is the group epoch. */
  group: (group: string) => `/consumers/${group}`,
  groupCoordinator: (group: string) => `/consumers/${group}/coordinator`,
  groupMembers: (group: string) => `/consumers/${group}/ids`,
  groupMember: (group: string, member: string) => `/consumers/${group}/ids/${member}`,
  groupOwners: (group: string) => `/consumers/${group}/owners`,
  groupOwner: (group: string, topic: string, partition: number) =>
    `/consumers/${group}/owners/${topic}/${partition}`,
  groupOffsets: (group: string) => `/consumers/${group}/offsets`,
  groupOffset: (group: string, topic: string, partition: number) =>
    `/consumers/${group}/offsets/${topic}/${partition}`,
  groupAssignments: (group: string) => `/consumers/${group}/assignments`,
  groupAssignment: (group: string, name: string) => `/consumers/${group}/assignments/${name}`,

  isrChanges: '/isr_change_notification',
  logDirEvents: '/log_dir_event_notification',
  producerIdBlock: '/latest_producer_id_block',
} as const;

const SECRET = ['/config/users', '/config/brokers', '/delegation_token/tokens'];

/** Who may touch what when `zookeeper.set.acl=true`. */
export function kafkaAcl(path: string): ZkAcl {
  if (path === paths.consumers) return 'open';
  const secret = SECRET.some((root) => path === root || path.startsWith(`${root}/`));
  return secret ? 'creator' : 'creatorWorldReads';
}
