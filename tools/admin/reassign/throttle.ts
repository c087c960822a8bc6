import type { Admin, ConfigChange, ConfigResourceChange } from '../../../client/admin';
import type { Move } from './moves';

/** Brokers and topics that are to be throttled for the sake of some moves. */
export interface Throttle {
  readonly brokers: readonly number[];
  /** By topic, as `partition:broker` pairs. */
  readonly topics: ReadonlyMap<string, { readonly leaders: string; readonly followers: string }>;
}

export const BROKER_THROTTLES = [
  'leader.replication.throttled.rate',
  'follower.replication.throttled.rate',
] as const;
export const TOPIC_THROTTLES = [
  'leader.replication.throttled.replicas',
  'follower.replication.throttled.replicas',
] as const;

/** Who sends is throttled at the brokers a partition comes from, who receives at those it goes to. */
export function throttleFor(moves: readonly Move[]): Throttle {
  const brokers = new Set<number>();
  const topics = new Map<string, { leaders: string[]; followers: string[] }>();
  for (const { topic, partition, sources, destinations } of moves) {
    for (const id of [...sources, ...destinations]) brokers.add(id);
    const known = topics.get(topic) ?? { leaders: [], followers: [] };
    known.leaders.push(...sources.map((id) => `${partition}:${id}`));
    known.followers.push(...destinations.map((id) => `${partition}:${id}`));
    topics.set(topic, known);
  }
  return {
    brokers: [...brokers].sort((a, b) => a - b),
    topics: new Map(
      [...topics].map(([topic, { leaders, followers }]) => [
        topic,
        { leaders: leaders.join(','), followers: followers.join(',') },
      ]),
    ),
  };
}

/** @param rate bytes per second, of each broker and in each direction */
export async function setThrottle(admin: Admin, throttle: Throttle, rate: number): Promise<void> {
  // The replicas first: until the rate is there nothing changes.
  await admin.incrementalAlterConfigs(
    [...throttle.topics].map(([name, { leaders, followers }]) => ({
      type: 'TOPIC',
      name,
      changes: [
        { name: TOPIC_THROTTLES[0], value: leaders },
        { name: TOPIC_THROTTLES[1], value: followers },
      ],
    })),
  );
  const changes = BROKER_THROTTLES.map((name) => ({ name, value: String(rate) }));
  await admin.incrementalAlterConfigs(
    throttle.brokers.map((id) => ({ type: 'BROKER', name: String(id), changes })),
    // Partitions are moved away from dead brokers, too; they may come back meanwhile.
    { brokersMayBeAbsent: true },
  );
}

/** The changes that remove the throttle of brokers or topics. */
export function removalOf(
  type: 'BROKER' | 'TOPIC',
  names: readonly (string | number)[],
): ConfigResourceChange[] {
  const configs = type === 'BROKER' ? BROKER_THROTTLES : TOPIC_THROTTLES;
  const changes = configs.map((name): ConfigChange => ({ name, operation: 'DELETE' }));
  return names.map((name) => ({ type, name: String(name), changes }));
}
