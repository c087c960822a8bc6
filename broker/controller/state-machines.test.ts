import type { Logger } from '../../client/runtime/logger';
import { silentLogger } from '../../client/runtime/logger';
import type { PartitionLife, ReplicaLife } from './controlled-partition';
import { addControlledPartition, addTopic, contextOf } from './controller-context-fixture';
import { mayPartitionMove, movePartition, settlePartition } from './partition-state-machine';
import { mayReplicaMove, moveReplicas } from './replica-state-machine';

const PARTITION_LIVES: readonly PartitionLife[] = ['nonexistent', 'new', 'online', 'offline'];
const REPLICA_LIVES: readonly ReplicaLife[] = [
  'nonexistent',
  'new',
  'online',
  'offline',
  'deletion-started',
  'deletion-successful',
  'deletion-ineligible',
];

function loggerOf(events: string[]): Logger {
  return { ...silentLogger, error: (fields) => events.push((fields as { event: string }).event) };
}

test('a partition moves as in Kafka, and no other way', () => {
  const legal = PARTITION_LIVES.flatMap((from) =>
    PARTITION_LIVES.filter((to) => mayPartitionMove(from, to)).map((to) => `${from} → ${to}`),
  );
  expect(legal).toEqual([
    'nonexistent → new',
    'new → online',
    'new → offline',
    'online → online',
    'online → offline',
    'offline → nonexistent',
    'offline → online',
    'offline → offline',
  ]);
});

test('a replica moves as in Kafka, and no other way', () => {
  const legal = REPLICA_LIVES.flatMap((from) =>
    REPLICA_LIVES.filter((to) => mayReplicaMove(from, to)).map((to) => `${from} → ${to}`),
  );
  expect(legal).toEqual([
    'nonexistent → new',
    'new → online',
    'new → offline',
    'online → online',
    'online → offline',
    'offline → online',
    'offline → offline',
    'offline → deletion-started',
    'offline → deletion-ineligible',
    'deletion-started → deletion-successful',
    'deletion-started → deletion-ineligible',
    'deletion-successful → nonexistent',
    'deletion-ineligible → online',
    'deletion-ineligible → offline',
  ]);
});

test('an illegal move is logged and not made', () => {
  const context = contextOf(1, 2);
  const partition = addControlledPartition(addTopic(context, 't'), [1, 2]);
  const events: string[] = [];
  expect(movePartition(partition, 'nonexistent', loggerOf(events))).toBe(false);
  expect(partition.life).toBe('online');
  const replicas = [1, 2].map((brokerId) => ({ partition, brokerId }));
  context.setReplicaLife(replicas[0]!, 'offline');
  expect(moveReplicas(context, replicas, 'deletion-started', loggerOf(events))).toEqual([
    replicas[0],
  ]);
  expect(replicas.map((replica) => context.replicaLife(replica))).toEqual([
    'deletion-started',
    'online',
  ]);
  expect(events).toEqual(['partition-move-refused', 'replica-move-refused']);
});

test('a partition is where its state says', () => {
  const partition = addControlledPartition(addTopic(contextOf(1), 't'), [1], { leader: -1 });
  settlePartition(partition, silentLogger);
  expect(partition.life).toBe('offline');
  partition.state = { ...partition.state!, leader: 1 };
  settlePartition(partition, silentLogger);
  expect(partition.life).toBe('online');
  partition.life = 'nonexistent';
  settlePartition(partition, silentLogger);
  expect(partition.life).toBe('online');
});
