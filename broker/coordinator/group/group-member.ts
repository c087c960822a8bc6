import type { StoredMember } from './stored-group';

/** A protocol a member speaks, and what it says under it. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** What a member is told when a rebalance has brought everybody together. */
export interface JoinOutcome {
  readonly memberId: string;
  readonly generation: number;
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly leader: string;
  /** The leader has an assignment already and need not make another (KIP-814). */
  readonly skipAssignment: boolean;
  /** All members, for the leader. */
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly metadata: Buffer;
  }[];
}

/** What a member is told when the leader has brought the assignments. */
export interface SyncOutcome {
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly assignment: Buffer;
}

/** Somebody who waits for an answer. */
export interface Waiter<T> {
  resolve(outcome: T): void;
  reject(error: Error): void;
}

const NONE = Buffer.alloc(0);

/** A member of a group, in memory. Times are monotonic milliseconds. */
export class GroupMember {
  protocols: readonly MemberProtocol[] = [];
  assignment: Buffer = NONE;
  rebalanceTimeoutMs = 0;
  sessionTimeoutMs = 0;
  /** When it is given up, unless it is heard of, or waits for an answer. */
  deadline = Infinity;
  /** Has never got beyond its first join. */
  isNew = true;
  /** Waits for the others to join. */
  joining: Waiter<JoinOutcome> | undefined;
  /** Waits for the leader's assignment. */
  syncing: Waiter<SyncOutcome> | undefined;
  /** Has asked for its assignment in this generation. */
  hasSynced = false;

  constructor(
    readonly memberId: string,
    readonly groupInstanceId: string | null,
    readonly clientId: string,
    readonly clientHost: string,
  ) {}

  static fromStored(stored: StoredMember): GroupMember {
    const { memberId, groupInstanceId, clientId, clientHost } = stored;
    const member = new GroupMember(memberId, groupInstanceId, clientId, clientHost);
    member.protocols = stored.protocols;
    member.assignment = stored.assignment;
    member.sessionTimeoutMs = stored.sessionTimeoutMs;
    member.rebalanceTimeoutMs = stored.rebalanceTimeoutMs;
    member.isNew = false;
    member.hasSynced = true;
    return member;
  }

  toStored(): StoredMember {
    const { memberId, groupInstanceId, clientId, clientHost } = this;
    const { sessionTimeoutMs, rebalanceTimeoutMs, protocols, assignment } = this;
    return {
      ...{ memberId, groupInstanceId, clientId, clientHost },
      ...{ sessionTimeoutMs, rebalanceTimeoutMs, protocols, assignment },
    };
  }

  /** It has been heard of. */
  alive(now: number): void {
    this.deadline = now + this.sessionTimeoutMs;
  }

  /** Who waits for an answer is not expected to send heartbeats. */
  get isWaiting(): boolean {
    return this.joining !== undefined || this.syncing !== undefined;
  }

  metadata(protocol: string | null): Buffer {
    return this.protocols.find(({ name }) => name === protocol)?.metadata ?? NONE;
  }

  /** Whether it says the same as before. */
  saysTheSame(protocols: readonly MemberProtocol[]): boolean {
    return (
      protocols.length === this.protocols.length &&
      protocols.every(({ name, metadata }, i) => {
        const known = this.protocols[i];
        return known?.name === name && known.metadata.equals(metadata);
      })
    );
  }

  refuseJoin(error: Error): void {
    const { joining } = this;
    this.joining = undefined;
    joining?.reject(error);
  }

  refuseSync(error: Error): void {
    const { syncing } = this;
    this.syncing = undefined;
    syncing?.reject(error);
  }
}
