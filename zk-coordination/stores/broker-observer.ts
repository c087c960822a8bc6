import { observe, type WatchCell } from '../client/watch-cell';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { brokerIds, type LiveBroker, liveBroker } from './live-broker';
import { observeDecoded } from './observe-decoded';
import { paths } from './paths';

export interface BrokersChange {
  /** Everybody alive now, by id. */
  readonly brokers: ReadonlyMap<number, LiveBroker>;
  /** New, or a new incarnation of an old one. */
  readonly joined: readonly LiveBroker[];
  /** Gone; the incarnation that ended, when it was a bounce. */
  readonly left: readonly LiveBroker[];
  /** The same incarnation with other listeners or features. */
  readonly updated: readonly LiveBroker[];
}

interface Member {
  cell: WatchCell<'data'>;
  /** undefined until read. */
  broker: LiveBroker | null | undefined;
}

/**
 * Follows the live brokers: one watch on the list, one on each registration. A change is told once
 * every listed registration has been read.
 */
export class BrokerObserver {
  private readonly list: WatchCell<'children'>;
  private readonly members = new Map<number, Member>();
  private told: ReadonlyMap<number, LiveBroker> | undefined;
  private listed = false;

  constructor(
    private readonly zk: ZooKeeperClient,
    private readonly listener: (change: BrokersChange) => void,
  ) {
    this.list = observe(zk, paths.brokerIds, 'children', ({ next }) => {
      this.follow(new Set(brokerIds(next?.children ?? [])));
    });
  }

  /** Everybody alive as last told; empty before the first time. */
  get brokers(): ReadonlyMap<number, LiveBroker> {
    return this.told ?? new Map<number, LiveBroker>();
  }

  close(): void {
    this.list.close();
    for (const member of this.members.values()) member.cell.close();
    this.members.clear();
    this.listed = false;
  }

  private follow(ids: ReadonlySet<number>): void {
    for (const [id, member] of this.members) {
      if (ids.has(id)) continue;
      member.cell.close();
      this.members.delete(id);
    }
    for (const id of ids) if (!this.members.has(id)) this.members.set(id, this.member(id));
    this.listed = true;
    this.tellWhenComplete();
  }

  private member(id: number): Member {
    const decode = (node: Parameters<typeof liveBroker>[1]) => liveBroker(id, node);
    const cell = observeDecoded(this.zk, paths.broker(id), decode, ({ next }) => {
      const member = this.members.get(id);
      if (member === undefined) return;
      member.broker = next;
      this.tellWhenComplete();
    });
    return { cell, broker: undefined };
  }

  private tellWhenComplete(): void {
    const now = new Map<number, LiveBroker>();
    for (const [id, { broker }] of this.members) {
      if (broker === undefined) return;
      if (broker !== null) now.set(id, broker);
    }
    if (!this.listed) return;
    const before = this.told ?? new Map<number, LiveBroker>();
    const change = { brokers: now, ...difference(before, now) };
    const isFirst = this.told === undefined;
    this.told = now;
    if (isFirst || change.joined.length + change.left.length + change.updated.length > 0) {
      this.listener(change);
    }
  }
}

function difference(
  before: ReadonlyMap<number, LiveBroker>,
  now: ReadonlyMap<number, LiveBroker>,
): Pick<BrokersChange, 'joined' | 'left' | 'updated'> {
  const joined: LiveBroker[] = [];
  const left: LiveBroker[] = [];
  const updated: LiveBroker[] = [];
  for (const [id, broker] of now) {
    const old = before.get(id);
    if (old?.epoch !== broker.epoch) joined.push(broker);
    else if (old !== broker) updated.push(broker);
  }
  for (const [id, old] of before) if (now.get(id)?.epoch !== old.epoch) left.push(old);
  return { joined, left, updated };
}
