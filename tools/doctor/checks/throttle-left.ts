import { paths } from '../../../zk-coordination/stores/paths';
import type { Check } from '../check';
import { says } from '../finding';
import type { ConfigView, Snapshot } from '../snapshot';

const THROTTLES = [
  'leader.replication.throttled.replicas',
  'follower.replication.throttled.replicas',
  'leader.replication.throttled.rate',
  'follower.replication.throttled.rate',
  'replica.alter.log.dirs.io.max.bytes.per.second',
];

export const throttleLeft: Check = {
  code: 'THROTTLE_LEFT',
  severity: 'warning',
  layer: 'administration',
  meaning: 'Replication is throttled although no partition is being moved.',
  remedy:
    'It slows down replicas that catch up after a restart. Remove it: kafka-reassign-partitions --verify does, or kafka-configs --delete-config.',
  passing: 'a reassignment has just ended and its --verify is still to come',
  *find(snapshot) {
    if (isMoving(snapshot)) return;
    const { topicConfigs, brokerConfigs } = snapshot.zookeeper;
    for (const [topic, config] of topicConfigs) {
      const path = `${paths.configs('topics')}/${topic}`;
      for (const one of left(path, config)) yield { ...one, topic };
    }
    for (const [broker, config] of brokerConfigs) {
      yield* left(`${paths.configs('brokers')}/${broker}`, config);
    }
  },
};

function isMoving({ zookeeper: { topics } }: Snapshot): boolean {
  return [...topics.values()].some(({ partitions }) =>
    [...partitions.values()].some(
      ({ assignment: { adding, removing } }) => adding.length + removing.length > 0,
    ),
  );
}

function left(path: string, config: ConfigView) {
  return THROTTLES.filter((name) => config[name] !== undefined).map((name) => ({
    subject: `${name} in ${path}`,
    says: [says(path, `${name}=${config[name]}`), says(paths.topics, 'no reassignment')],
  }));
}
