import { ManualClock } from '../../../../client/runtime/manual-clock';
import { silentLogger } from '../../../../client/runtime/logger';
import type { GroupConfigs } from '../group-environment';
import { GroupCoordinator } from '../group-coordinator';
import type { JoinOutcome } from '../group-member';
import type { KnownTopic } from '../known-topic';
import type { JoinRequest } from '../join';
import { MemoryGroups } from './memory-group-storage';

export const SESSION_MS = 10_000;
export const REBALANCE_MS = 60_000;
export const DELAY_MS = 3000;

/** Brokers that coordinate groups kept in memory, on a clock that is turned by hand. */
export class GroupFixture {
  readonly clock = new ManualClock();
  readonly groups = new MemoryGroups();
  configs: GroupConfigs = {
    minSessionTimeoutMs: 6000,
    maxSessionTimeoutMs: 1_800_000,
    initialRebalanceDelayMs: DELAY_MS,
    maxSize: 1000,
    offsetsRetentionMs: 7 * 24 * 3_600_000,
    commitTimeoutMs: 5000,
  };
  /** Ids of the topics there are; undefined when all there may be are there. */
  topics: Map<string, string> | undefined;
  private ids = 0;

  broker(brokerId: number): GroupCoordinator {
    return new GroupCoordinator({
      brokerId,
      storage: this.groups.storage(brokerId),
      topicOf: (topic) => Promise.resolve(this.topicOf(topic)),
      expiryIntervalMs: 600_000,
      clock: this.clock,
      logger: silentLogger,
      newId: () => `uuid-${++this.ids}`,
      configs: () => this.configs,
    });
  }

  private topicOf(topic: string): KnownTopic | null {
    if (!this.topics) return { topicId: undefined };
    const topicId = this.topics.get(topic);
    return topicId === undefined ? null : { topicId };
  }

  /** Lets time pass, and everything happen that is due. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await settled();
  }
}

/** Resolves when everything has happened that needs no time. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export function joinRequest(changes: Partial<JoinRequest> = {}): JoinRequest {
  return {
    memberId: '',
    groupInstanceId: null,
    clientId: 'client',
    clientHost: '/127.0.0.1',
    sessionTimeoutMs: SESSION_MS,
    rebalanceTimeoutMs: REBALANCE_MS,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: subscription('t') }],
    requiresKnownId: false,
    maySkipAssignment: true,
    reason: null,
    ...changes,
  };
}

/** ConsumerProtocolSubscription, version 0. */
export function subscription(...topics: string[]): Buffer {
  const parts = [Buffer.from([0, 0, 0, 0, 0, topics.length])];
  for (const topic of topics) parts.push(Buffer.from([0, topic.length]), Buffer.from(topic));
  return Buffer.concat([...parts, Buffer.from([0xff, 0xff, 0xff, 0xff])]);
}

/** The outcome of a join that is not to be asked for an id. */
export async function joined(outcome: Promise<JoinOutcome | object>): Promise<JoinOutcome> {
  return (await outcome) as JoinOutcome;
}
