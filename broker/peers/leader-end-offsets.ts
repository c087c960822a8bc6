import { ListOffsets, OffsetSpec } from '../../client/protocol/messages/list-offsets';
import type { Clock } from '../../client/runtime/clock';
import { deferred } from '../../client/runtime/deferred';
import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import type { PeerChannel, Peers } from './peer-channel';

/** A partition that is asked about. */
export interface AskedPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface LeaderEndOffsetsOptions {
  readonly peers: Peers;
  /** The other broker that leads a partition; undefined while none does. */
  readonly leaderOf: (topic: string, partition: number) => number | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long answers are good for without asking again, in milliseconds. */
const FRESH_MS = 10_000;
/** How long whoever wants to know waits for the answers, in milliseconds. */
const WAIT_MS = 1_000;
const TIMEOUT_MS = 5_000;
const PARTITIONS_PER_REQUEST = 1_000;

/**
 * The high watermarks of partitions that this broker has no replica of, for metrics: asked of their
 * leaders while somebody wants to know, and seldom.
 */
export class LeaderEndOffsets {
  private known: ReadonlyMap<string, number> = new Map();
  private asked: Promise<void> | undefined;
  private askedAt = -Infinity;
  private readonly channels = new Map<number, PeerChannel>();

  constructor(private readonly options: LeaderEndOffsetsOptions) {}

  /** As of the last answer of its leader; undefined when that did not answer the last question. */
  get(topic: string, partition: number): number | undefined {
    return this.known.get(keyOf(topic, partition));
  }

  /**
   * Asks the leaders, unless that was done a moment ago.
   *
   * @returns resolves when they have answered, or when that takes long; never rejects
   */
  async refresh(wanted: Iterable<AskedPartition>): Promise<void> {
    const { clock } = this.options;
    if (!this.asked && clock.monotonic() - this.askedAt < FRESH_MS) return;
    this.asked ??= this.askAll(wanted).finally(() => {
      this.asked = undefined;
      this.askedAt = clock.monotonic();
    });
    const late = deferred();
    const timer = clock.setTimeout(late.resolve, WAIT_MS);
    await Promise.race([this.asked, late.promise]);
    clock.clearTimeout(timer);
  }

  private async askAll(wanted: Iterable<AskedPartition>): Promise<void> {
    const byLeader = new Map<number, AskedPartition[]>();
    for (const { topic, partition } of wanted) {
      const leader = this.options.leaderOf(topic, partition);
      if (leader === undefined) continue;
      const theirs = byLeader.get(leader);
      if (theirs) theirs.push({ topic, partition });
      else byLeader.set(leader, [{ topic, partition }]);
    }
    const found = new Map<string, number>();
    await Promise.all([...byLeader].map(([leader, all]) => this.askOne(leader, all, found)));
    this.known = found;
  }

  private async askOne(
    leader: number,
    partitions: readonly AskedPartition[],
    found: Map<string, number>,
  ): Promise<void> {
    try {
      for (let from = 0; from < partitions.length; from += PARTITIONS_PER_REQUEST) {
        await this.ask(leader, partitions.slice(from, from + PARTITIONS_PER_REQUEST), found);
      }
    } catch (error) {
      this.options.logger.debug(
        { event: 'end-offsets-unknown', broker: leader, error: describeError(error) },
        `Broker ${leader} does not say how far its partitions have grown.`,
      );
    }
  }

  private async ask(
    leader: number,
    partitions: readonly AskedPartition[],
    found: Map<string, number>,
  ): Promise<void> {
    const byTopic = new Map<string, { partitionIndex: number; timestamp: number }[]>();
    for (const { topic, partition } of partitions) {
      const asked = byTopic.get(topic) ?? [];
      asked.push({ partitionIndex: partition, timestamp: OffsetSpec.LATEST });
      byTopic.set(topic, asked);
    }
    const topics = [...byTopic].map(([name, asked]) => ({ name, partitions: asked }));
    const options = { timeoutMs: TIMEOUT_MS };
    const response = await this.channel(leader).send(ListOffsets, { topics }, options);
    for (const { name, partitions: answers } of response.topics) {
      for (const { partitionIndex, errorCode, offset } of answers) {
        if (errorCode === 0 && offset >= 0) found.set(keyOf(name, partitionIndex), offset);
      }
    }
  }

  private channel(leader: number): PeerChannel {
    const known = this.channels.get(leader);
    if (known) return known;
    const channel = this.options.peers.open(leader, 'offsets');
    this.channels.set(leader, channel);
    return channel;
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}
