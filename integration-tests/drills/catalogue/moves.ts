import type { Stage } from '../drill';
import type { DrillBroker, Place } from '../drill-cluster';

/** What drills do again and again. */

/**
 * For drills that judge what a deposed leader has acknowledged with acks=1: whenever leadership is
 * moved for the sake of balance, records that nobody has fetched yet are lost in good faith.
 */
export const leadersStay = { configs: { 'auto.leader.rebalance.enable': 'false' } } as const;

/** A partition of the main topic, by chance. */
export function somePartition({ random, workload }: Stage): number {
  return random.int(0, workload.shape.partitions - 1);
}

export async function leaderOf({ cluster, view, workload }: Stage, partition: number) {
  return cluster.broker(await view.leader(workload.topic, partition));
}

/** A broker that has a replica and does not lead. */
export async function followerOf(stage: Stage, partition: number): Promise<DrillBroker> {
  const leader = await leaderOf(stage, partition);
  return stage.random.pick(othersThan(stage, leader));
}

export async function controllerOf({ cluster, view }: Stage): Promise<DrillBroker> {
  return cluster.broker(await view.controllerId());
}

export function othersThan({ cluster }: Stage, broker: DrillBroker): DrillBroker[] {
  return cluster.brokers.filter(({ id }) => id !== broker.id);
}

/** Resolves when another broker leads the partition. */
export function untilAnotherLeads(
  { until, view, workload }: Stage,
  partition: number,
  before: DrillBroker,
): Promise<void> {
  return until(
    `another than ${before.name} leads partition ${partition}`,
    async () => (await view.leader(workload.topic, partition)) !== before.id,
  );
}

/** Resolves when another broker is controller. */
export function untilAnotherControls({ until, view }: Stage, before: DrillBroker): Promise<void> {
  return until(
    `another than ${before.name} is controller`,
    async () => (await view.controllerId()) !== before.id,
  );
}

/** Resolves when every replica of the main topic is in sync and led. */
export function untilInSync(stage: Stage, replicas = stage.workload.shape.replicationFactor) {
  const { until, view, workload } = stage;
  const { topic, shape } = workload;
  return until(`${replicas} replicas of each partition are in sync`, async () =>
    (await view.partitions(topic, shape.partitions)).every(
      (state) => state && state.isr.includes(state.leader) && state.isr.length >= replicas,
    ),
  );
}

/** Resolves when the broker is in no ISR of the main topic. */
export function untilOutOfSync({ until, view, workload }: Stage, { id, name }: DrillBroker) {
  return until(`${name} is in no ISR`, async () =>
    (await view.partitions(workload.topic, workload.shape.partitions)).every(
      (state) => state && !state.isr.includes(id),
    ),
  );
}

/** Resolves when so many more records are acknowledged. */
export function untilAcked({ until, workload }: Stage, more: number, limitMs?: number) {
  const { acked } = workload;
  return until(`${more} more are acknowledged`, () => workload.acked >= acked + more, limitMs);
}

/** Nothing arrives in either direction. */
export async function isolate(
  { cluster }: Stage,
  one: Place,
  others: readonly Place[],
): Promise<void> {
  for (const other of others) {
    await cluster.network.cut(one, other);
    await cluster.network.cut(other, one);
  }
}

export function place({ id }: DrillBroker): Place {
  return { broker: id };
}

export function serverPlaces({ cluster }: Stage): Place[] {
  return cluster.servers.map(({ id }) => ({ server: id }));
}

/** Until another leads after a machine is gone without a word: the session, a tick, the failover. */
export function failoverBudget(sessionTimeoutMs: number): number {
  return sessionTimeoutMs + SLACK_MS;
}

/** A client gives up a leader that hangs only when its request times out. */
export function hangBudget(sessionTimeoutMs: number): number {
  return sessionTimeoutMs + SLACK_MS + REQUEST_TIMEOUT_MS;
}

/** A session ends up to a tick late, an election takes its time, and the machine may be busy. */
const SLACK_MS = 5000;
const REQUEST_TIMEOUT_MS = 5000;

/** Elections there were in a drill that should have none. */
export function noElection(): (stage: Stage) => Promise<string[]> {
  return ({ elections }) => {
    const count = elections();
    return Promise.resolve(count === 0 ? [] : [`${count} elections, though no broker was gone`]);
  };
}
