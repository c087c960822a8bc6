import { DELAY_MS, REBALANCE_MS, SESSION_MS } from './group-fixture';

/** Who has never joined before and waits for the others is given up after this. */
const NEW_MEMBER_JOIN_MS = 5 * 60_000;

/** A request, and what it is answered; undefined while it waits. */
export interface Asked {
  readonly what: string;
  expected?: string;
  answer?: string;
}

export interface ModelJoin {
  readonly memberId: string;
  readonly instance: string | null;
  /** What it says of itself. */
  readonly says: string;
  readonly needsId: boolean;
}

export interface ModelRequest {
  readonly memberId: string;
  readonly instance: string | null;
  readonly generation: number;
}

interface Member {
  readonly id: string;
  readonly instance: string | null;
  says: string;
  share: string;
  deadline: number;
  isNew: boolean;
  hasSynced: boolean;
  joining?: Asked | undefined;
  syncing?: Asked | undefined;
}

interface Stored {
  readonly generation: number;
  readonly leader: string | undefined;
  readonly members: readonly Pick<Member, 'id' | 'instance' | 'says' | 'share'>[];
}

type State = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable';

/**
 * Kafka's state machine of a group, as one would write it down: no promises, no storage, no timers.
 * All members have the same session and rebalance timeouts and speak one protocol.
 */
export class GroupModel {
  state: State = 'Empty';
  generation = 0;
  leader: string | undefined;
  members: Member[] = [];
  pending = new Map<string, number>();
  readonly offsets = new Map<number, number>();
  private gather: { until: number; left: number | undefined; newcomers: boolean } | undefined;
  private syncUntil = Infinity;
  private stored: Stored = { generation: 0, leader: undefined, members: [] };
  private ids = 0;

  constructor(public now: number) {}

  /** Everything that is due until then happens, each at its time. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (let next = this.nextDue(); next <= until; next = this.nextDue()) {
      this.now = Math.max(this.now, next);
      this.happen();
    }
    this.now = until;
  }

  join(asked: Asked, { memberId, instance, says, needsId }: ModelJoin): void {
    if (memberId === '') return this.joinAnew(asked, instance, says, needsId);
    if (this.pending.has(memberId)) return this.admit(asked, memberId, instance, says);
    const member = this.known(asked, memberId, instance);
    if (!member) return;
    const isSame = member.says === says;
    const isTold =
      (this.state === 'CompletingRebalance' && isSame) ||
      (this.state === 'Stable' && isSame && this.leader !== memberId);
    if (isTold) {
      member.deadline = this.now + SESSION_MS;
      asked.expected = this.joined(member);
      return;
    }
    member.says = says;
    this.wait(member, asked);
  }

  /** @param shares what the leader gives to whom; of others nothing */
  sync(asked: Asked, request: ModelRequest, shares: ReadonlyMap<string, string>): void {
    const member = this.inGeneration(asked, request);
    if (!member) return;
    if (this.state === 'PreparingRebalance') {
      asked.expected = 'REBALANCE_IN_PROGRESS';
    } else if (this.state === 'Stable') {
      member.hasSynced = true;
      member.deadline = this.now + SESSION_MS;
      asked.expected = `share ${member.share}`;
    } else {
      answer(member.syncing, 'REBALANCE_IN_PROGRESS');
      member.hasSynced = true;
      member.syncing = asked;
      if (member.id === this.leader) this.assign(shares);
    }
  }

  heartbeat(asked: Asked, request: ModelRequest): void {
    const member = this.inGeneration(asked, request);
    if (!member) return;
    member.deadline = this.now + SESSION_MS;
    asked.expected = this.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'ok';
  }

  leave(asked: Asked, { memberId, instance }: ModelRequest): void {
    if (this.pending.has(memberId)) {
      asked.expected = instance === null ? 'ok' : 'UNKNOWN_MEMBER_ID';
      if (instance === null) this.forgetPending(memberId);
      return;
    }
    const member = this.known(asked, memberId, instance);
    if (!member) return;
    asked.expected = 'ok';
    this.remove(member);
  }

  commit(asked: Asked, request: ModelRequest, partition: number, offset: number): void {
    // Who is no member may call itself something.
    const isStranger = request.generation < 0;
    if (!isStranger || this.state !== 'Empty') {
      const member = this.inGeneration(asked, request);
      if (!member) return;
      member.deadline = this.now + SESSION_MS;
      if (this.state === 'CompletingRebalance') {
        asked.expected = 'REBALANCE_IN_PROGRESS';
        return;
      }
    }
    asked.expected = 'ok';
    this.offsets.set(partition, offset);
  }

  /** Another broker takes over from what is stored; whoever waits is sent to it. */
  failOver(): void {
    for (const member of this.members) {
      answer(member.joining, 'NOT_COORDINATOR');
      answer(member.syncing, 'NOT_COORDINATOR');
    }
    const { generation, leader, members } = this.stored;
    this.generation = generation;
    this.pending.clear();
    this.gather = undefined;
    this.syncUntil = Infinity;
    this.members = members.map((member) => ({
      ...member,
      deadline: this.now + SESSION_MS,
      isNew: false,
      hasSynced: true,
    }));
    this.state = members.length > 0 ? 'Stable' : 'Empty';
    this.leader = members.length > 0 ? leader : undefined;
  }

  private joinAnew(asked: Asked, instance: string | null, says: string, needsId: boolean): void {
    const id = `${instance ?? 'client'}-uuid-${++this.ids}`;
    const old = this.members.find((one) => one.instance !== null && one.instance === instance);
    if (old) return this.takeOver(asked, old, id, says);
    if (instance !== null || !needsId) return this.admit(asked, id, instance, says);
    this.pending.set(id, this.now + SESSION_MS);
    asked.expected = `id ${id}`;
  }

  /** A static member is back: the former one is fenced, and nothing else happens if it is the same. */
  private takeOver(asked: Asked, old: Member, id: string, says: string): void {
    answer(old.joining, 'FENCED_INSTANCE_ID');
    answer(old.syncing, 'FENCED_INSTANCE_ID');
    const { instance, share, deadline } = old;
    const member: Member = { ...fresh(id, instance, says), share, deadline, isNew: false };
    this.members = [...this.members.filter((one) => one !== old), member];
    if (this.leader === old.id) this.leader = id;
    if (this.state !== 'Stable' || old.says !== says) {
      // It has not been heard of as a member yet: only its join counts.
      member.deadline = Infinity;
      return this.wait(member, asked);
    }
    member.hasSynced = true;
    member.deadline = this.now + SESSION_MS;
    this.store();
    asked.expected = this.joined(member, this.leader === id);
  }

  private admit(asked: Asked, id: string, instance: string | null, says: string): void {
    const member = fresh(id, instance, says);
    this.pending.delete(id);
    this.members.push(member);
    this.leader ??= id;
    this.wait(member, asked);
  }

  private wait(member: Member, asked: Asked): void {
    answer(member.joining, 'REBALANCE_IN_PROGRESS');
    member.joining = asked;
    if (member.isNew) {
      member.deadline = this.now + NEW_MEMBER_JOIN_MS;
      if (this.gather) this.gather.newcomers = true;
    }
    this.rebalance();
  }

  private rebalance(): void {
    if (this.state !== 'PreparingRebalance') {
      for (const member of this.members) this.refuseSync(member);
      this.syncUntil = Infinity;
      const left = Math.max(0, REBALANCE_MS - DELAY_MS);
      this.gather =
        this.state === 'Empty'
          ? { until: this.now + DELAY_MS, left, newcomers: false }
          : { until: this.now + this.patience, left: undefined, newcomers: false };
      this.state = 'PreparingRebalance';
    }
    this.reconsider();
  }

  /** As long as the most patient member allows: not at all where there is none. */
  private get patience(): number {
    return this.members.length > 0 ? REBALANCE_MS : 0;
  }

  private refuseSync(member: Member): void {
    if (!member.syncing) return;
    member.deadline = this.now + SESSION_MS;
    answer(member.syncing, 'REBALANCE_IN_PROGRESS');
    member.syncing = undefined;
  }

  private reconsider(): void {
    if (this.state !== 'PreparingRebalance' || this.gather?.left !== undefined) return;
    if (this.pending.size === 0 && this.members.every(({ joining }) => joining)) this.complete();
  }

  private complete(): void {
    for (const member of this.members) if (!member.joining && !member.instance) this.drop(member);
    const joined = this.members.filter(({ joining }) => joining);
    if (this.members.length > 0 && joined.length === 0) {
      this.gather = { until: this.now + REBALANCE_MS, left: undefined, newcomers: false };
      return;
    }
    this.gather = undefined;
    this.generation++;
    if (this.members.length === 0) {
      this.state = 'Empty';
      this.store();
      return;
    }
    if (!joined.some(({ id }) => id === this.leader)) this.leader = joined[0]?.id;
    this.state = 'CompletingRebalance';
    this.syncUntil = this.now + REBALANCE_MS;
    for (const member of this.members) {
      member.isNew = false;
      member.hasSynced = false;
    }
    for (const member of joined) {
      member.deadline = this.now + SESSION_MS;
      answer(member.joining, this.joined(member));
      member.joining = undefined;
    }
  }

  private assign(shares: ReadonlyMap<string, string>): void {
    for (const member of this.members) member.share = shares.get(member.id) ?? '';
    this.store();
    this.state = 'Stable';
    for (const member of this.members) {
      if (!member.syncing) continue;
      member.deadline = this.now + SESSION_MS;
      answer(member.syncing, `share ${member.share}`);
      member.syncing = undefined;
    }
  }

  private remove(member: Member): void {
    answer(member.joining, 'UNKNOWN_MEMBER_ID');
    answer(member.syncing, 'UNKNOWN_MEMBER_ID');
    this.drop(member);
    if (this.state === 'Stable' || this.state === 'CompletingRebalance') this.rebalance();
    else this.reconsider();
  }

  private drop(member: Member): void {
    this.members = this.members.filter((one) => one !== member);
    if (this.leader !== member.id) return;
    this.leader = (this.members.find(({ joining }) => joining) ?? this.members[0])?.id;
  }

  private forgetPending(id: string): void {
    if (this.pending.delete(id)) this.reconsider();
  }

  private nextDue(): number {
    const sessions = this.members.filter(mayExpire).map(({ deadline }) => deadline);
    return Math.min(
      this.syncUntil,
      this.gather?.until ?? Infinity,
      ...this.pending.values(),
      ...sessions,
    );
  }

  private happen(): void {
    for (const [id, until] of [...this.pending]) if (until <= this.now) this.forgetPending(id);
    for (const member of this.members) {
      if (member.deadline <= this.now && mayExpire(member)) this.remove(member);
    }
    if (this.syncUntil <= this.now) {
      this.syncUntil = Infinity;
      const late = this.members.filter(({ hasSynced }) => !hasSynced);
      for (const member of late) this.drop(member);
      if (late.length > 0) this.rebalance();
    }
    const { gather } = this;
    if (!gather || gather.until > this.now) return;
    if (gather.left !== undefined && gather.newcomers && gather.left > 0) {
      const delay = Math.min(DELAY_MS, gather.left);
      this.gather = { until: this.now + delay, left: gather.left - delay, newcomers: false };
    } else {
      this.complete();
    }
  }

  private store(): void {
    const members = this.members.map(({ id, instance, says, share }) => ({
      ...{ id, instance, says, share },
    }));
    this.stored = { generation: this.generation, leader: this.leader, members };
  }

  private joined(member: Member, skips = false): string {
    const members = this.leader === member.id ? this.members.map(({ id }) => id).sort() : [];
    return joinedText(member.id, this.generation, this.leader ?? '', skips, members);
  }

  private inGeneration(asked: Asked, request: ModelRequest): Member | undefined {
    const member = this.known(asked, request.memberId, request.instance);
    if (!member || request.generation === this.generation) return member;
    asked.expected = 'ILLEGAL_GENERATION';
    return undefined;
  }

  private known(asked: Asked, id: string, instance: string | null): Member | undefined {
    const member = this.members.find((one) =>
      instance === null ? one.id === id : one.instance === instance,
    );
    if (!member) asked.expected = 'UNKNOWN_MEMBER_ID';
    else if (member.id !== id) asked.expected = 'FENCED_INSTANCE_ID';
    return member?.id === id ? member : undefined;
  }
}

/** Who waits for an answer is not expected to send heartbeats, unless it has never got in. */
function mayExpire({ joining, syncing, isNew }: Member): boolean {
  return isNew || (!joining && !syncing);
}

function fresh(id: string, instance: string | null, says: string): Member {
  return { id, instance, says, share: '', deadline: Infinity, isNew: true, hasSynced: false };
}

function answer(asked: Asked | undefined, text: string): void {
  if (asked) asked.expected = text;
}

export function joinedText(
  memberId: string,
  generation: number,
  leader: string,
  skips: boolean,
  members: readonly string[],
): string {
  return `${memberId} in ${generation}, led by ${leader}${skips ? ', as before' : ''} [${members.join()}]`;
}
