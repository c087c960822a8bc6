import { apis } from '../../../protocol/apis';
import type { RequestOf, ResponseInput } from '../../../protocol/api';
import { ErrorCode } from '../../../protocol/error-codes';
import { deferred, type Deferred } from '../../../runtime/deferred';
import type { FakeBroker } from '../../../network/testing/fake-broker';
import { formatPartition } from '../../topic-partition';

type JoinRequest = RequestOf<typeof apis.JoinGroup>;
type JoinResponse = ResponseInput<typeof apis.JoinGroup>;
type SyncResponse = ResponseInput<typeof apis.SyncGroup>;

interface FakeMember {
  readonly groupInstanceId: string | null;
  protocols: JoinRequest['protocols'];
  join: Deferred<JoinResponse> | undefined;
  sync: Deferred<SyncResponse> | undefined;
  assignment: Buffer;
}

/**
 * The coordinator of one group, with Kafka's states, served by the fake brokers given: by one at a
 * time, as chosen by `nodeId`, from the same state. Nobody is thrown out but by {@link expire}.
 */
export class FakeCoordinator {
  /** The broker that coordinates; the others say that they do not. */
  nodeId: number;
  generation = 0;
  state: 'Empty' | 'Preparing' | 'Completing' | 'Stable' = 'Empty';
  readonly members = new Map<string, FakeMember>();
  /** Committed offsets by partition. */
  readonly offsets = new Map<string, { offset: number; leaderEpoch: number; metadata: string }>();
  /** Member ids that left by themselves. */
  readonly left: string[] = [];
  /** Nobody gets an assignment before it has resolved. */
  mayAssign: Promise<void> = Promise.resolve();
  private leader = '';
  private protocol = '';
  private ids = 0;

  constructor(...brokers: FakeBroker[]) {
    this.nodeId = brokers[0].nodeId;
    for (const broker of brokers) this.serve(broker);
  }

  /** Takes a member for dead. */
  expire(memberId: string): void {
    this.members.delete(memberId);
    if (this.members.size === 0) this.state = 'Empty';
    else this.prepare();
  }

  private serve(broker: FakeBroker): void {
    const isAway = (): boolean => broker.nodeId !== this.nodeId;
    const away = { errorCode: ErrorCode.NOT_COORDINATOR as number };
    broker.on(apis.FindCoordinator, ({ coordinatorKeys }) => {
      const { host = '', port = -1 } = broker.cluster.brokers.get(this.nodeId) ?? {};
      return {
        coordinators: coordinatorKeys.map((key) => ({ key, nodeId: this.nodeId, host, port })),
      };
    });
    broker.on(apis.JoinGroup, (body) => (isAway() ? away : this.join(body)));
    broker.on(apis.SyncGroup, async (body) => {
      await this.mayAssign;
      return isAway() ? away : this.sync(body);
    });
    broker.on(apis.Heartbeat, (body) => {
      if (isAway()) return away;
      const refused = this.refusal(body.memberId, body.generationId);
      if (refused) return { errorCode: refused };
      const { REBALANCE_IN_PROGRESS, NONE } = ErrorCode;
      return { errorCode: this.state === 'Preparing' ? REBALANCE_IN_PROGRESS : NONE };
    });
    broker.on(apis.LeaveGroup, ({ members }) => {
      if (isAway()) return away;
      for (const { memberId } of members) {
        this.left.push(memberId);
        this.expire(memberId);
      }
      return { errorCode: 0, members: [] };
    });
    broker.on(apis.OffsetCommit, (body) => this.commit(body, isAway()));
    broker.on(apis.OffsetFetch, ({ groups }) => ({
      groups: groups.map(({ groupId, topics }) => ({
        groupId,
        errorCode: isAway() ? ErrorCode.NOT_COORDINATOR : 0,
        topics: (topics ?? []).map(({ name, partitionIndexes }) => ({
          name,
          partitions: partitionIndexes.map((partitionIndex) => {
            const known = this.offsets.get(
              formatPartition({ topic: name, partition: partitionIndex }),
            );
            return {
              partitionIndex,
              committedOffset: known?.offset ?? -1,
              committedLeaderEpoch: known?.leaderEpoch ?? -1,
              metadata: known?.metadata ?? '',
            };
          }),
        })),
      })),
    }));
  }

  private commit(body: RequestOf<typeof apis.OffsetCommit>, isAway: boolean) {
    const { memberId, generationIdOrMemberEpoch: generation } = body;
    const isSimple = generation < 0 && this.state === 'Empty';
    let errorCode = isAway ? ErrorCode.NOT_COORDINATOR : 0;
    if (!errorCode && !isSimple) errorCode = this.refusal(memberId, generation);
    if (!errorCode && this.state === 'Completing') errorCode = ErrorCode.REBALANCE_IN_PROGRESS;
    const topics = body.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((one) => {
        const at = formatPartition({ topic: name, partition: one.partitionIndex });
        if (!errorCode) {
          this.offsets.set(at, {
            offset: one.committedOffset,
            leaderEpoch: one.committedLeaderEpoch,
            metadata: one.committedMetadata ?? '',
          });
        }
        return { partitionIndex: one.partitionIndex, errorCode };
      }),
    }));
    return { topics };
  }

  private join(body: JoinRequest): Promise<JoinResponse> | JoinResponse {
    const { groupInstanceId, protocols } = body;
    let { memberId } = body;
    if (memberId === '' && groupInstanceId === null) {
      memberId = `member-${++this.ids}`;
      return { errorCode: ErrorCode.MEMBER_ID_REQUIRED, memberId };
    }
    if (memberId === '') {
      memberId = `${groupInstanceId}-${++this.ids}`;
      const before = [...this.members].find(([, one]) => one.groupInstanceId === groupInstanceId);
      if (before) return this.replace(before[0], memberId, before[1]);
    }
    const member = this.members.get(memberId) ?? {
      groupInstanceId,
      protocols,
      join: undefined,
      sync: undefined,
      assignment: Buffer.alloc(0),
    };
    this.members.set(memberId, member);
    member.protocols = protocols;
    member.join = deferred();
    const { promise } = member.join;
    this.prepare();
    return promise;
  }

  /** A static member that came back keeps its place. */
  private replace(old: string, memberId: string, member: FakeMember): JoinResponse {
    this.members.delete(old);
    this.members.set(memberId, member);
    const isLeader = this.leader === old;
    if (isLeader) this.leader = memberId;
    return { ...this.joined(memberId), skipAssignment: isLeader };
  }

  private prepare(): void {
    this.state = 'Preparing';
    for (const { sync } of this.members.values()) {
      sync?.resolve({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS });
    }
    const all = [...this.members];
    if (all.some(([, { join }]) => !join)) return;
    this.generation++;
    this.state = 'Completing';
    if (!this.members.has(this.leader)) [[this.leader]] = all;
    const names = (one: FakeMember): string[] => one.protocols.map(({ name }) => name);
    const [[, first], ...others] = all;
    this.protocol =
      names(first).find((name) => others.every(([, one]) => names(one).includes(name))) ?? '';
    for (const [memberId, member] of all) {
      const { join } = member;
      member.join = undefined;
      join?.resolve(this.joined(memberId));
    }
  }

  private joined(memberId: string): JoinResponse {
    const metadataOf = ({ protocols }: FakeMember): Buffer =>
      protocols.find(({ name }) => name === this.protocol)?.metadata ?? Buffer.alloc(0);
    return {
      errorCode: 0,
      generationId: this.generation,
      protocolName: this.protocol,
      leader: this.leader,
      memberId,
      members:
        memberId === this.leader
          ? [...this.members].map(([id, member]) => ({
              memberId: id,
              groupInstanceId: member.groupInstanceId,
              metadata: metadataOf(member),
            }))
          : [],
    };
  }

  private sync(body: RequestOf<typeof apis.SyncGroup>): Promise<SyncResponse> | SyncResponse {
    const { memberId, generationId, assignments } = body;
    const refused = this.refusal(memberId, generationId);
    if (refused) return { errorCode: refused };
    if (this.state === 'Preparing') return { errorCode: ErrorCode.REBALANCE_IN_PROGRESS };
    const member = this.members.get(memberId);
    if (!member) return { errorCode: ErrorCode.UNKNOWN_MEMBER_ID };
    if (this.state === 'Stable') return { errorCode: 0, assignment: member.assignment };
    member.sync = deferred();
    const { promise } = member.sync;
    if (memberId === this.leader) {
      this.state = 'Stable';
      for (const [id, one] of this.members) {
        one.assignment =
          assignments.find((share) => share.memberId === id)?.assignment ?? Buffer.alloc(0);
        one.sync?.resolve({ errorCode: 0, assignment: one.assignment });
        one.sync = undefined;
      }
    }
    return promise;
  }

  private refusal(memberId: string, generation: number): number {
    if (!this.members.has(memberId)) return ErrorCode.UNKNOWN_MEMBER_ID;
    return generation === this.generation ? 0 : ErrorCode.ILLEGAL_GENERATION;
  }
}
