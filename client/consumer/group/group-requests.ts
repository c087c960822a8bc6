import { apis } from '../../protocol/apis';
import type { ResponseOf } from '../../protocol/api';
import { ProtocolError } from '../../protocol/protocol-error';
import type { GroupCoordinator } from './group-coordinator';
import type { ResolvedGroupOptions } from './group-options';
import type { Member } from './member';

type JoinGroupResponse = ResponseOf<typeof apis.JoinGroup>;

/** One assignor a member can work with, and what it says of itself under it. */
export interface OfferedProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** What the leader gives a member. */
export interface EncodedShare {
  readonly memberId: string;
  readonly assignment: Buffer;
}

/** What all clients call a group of consumers. */
const PROTOCOL_TYPE = 'consumer';

/** A broker answers a join at the latest when the rebalance times out; the answer needs a while. */
const ANSWER_MS = 5000;

/** The requests with which a member gets into its group, stays there, and leaves. */
export class GroupRequests {
  constructor(
    private readonly coordinator: GroupCoordinator,
    private readonly options: ResolvedGroupOptions,
  ) {}

  /**
   * @returns the response, whatever its error code: with MEMBER_ID_REQUIRED it brings the id
   * @throws what kept it from coming
   */
  join(
    { memberId }: Member,
    protocols: readonly OfferedProtocol[],
    reason: string,
  ): Promise<JoinGroupResponse> {
    const { sessionTimeoutMs, rebalanceTimeoutMs, groupId, groupInstanceId } = this.options;
    const timeoutMs = Math.max(sessionTimeoutMs, rebalanceTimeoutMs) + ANSWER_MS;
    return this.coordinator.call(
      {
        api: apis.JoinGroup,
        errorCode: ({ errorCode }) => errorCode,
        body: () => ({
          groupId,
          sessionTimeoutMs,
          rebalanceTimeoutMs,
          memberId,
          groupInstanceId,
          protocolType: PROTOCOL_TYPE,
          protocols,
          reason,
        }),
      },
      { purpose: 'join', timeoutMs },
    );
  }

  /**
   * @param assignments from the leader those of all, from others nothing
   * @returns the assignment of this member
   * @throws ProtocolError; what kept the response from coming
   */
  async sync(
    { memberId, generationId }: Member,
    protocolName: string,
    assignments: readonly EncodedShare[],
  ): Promise<Buffer> {
    const { groupId, groupInstanceId, rebalanceTimeoutMs } = this.options;
    const response = await this.coordinator.call(
      {
        api: apis.SyncGroup,
        errorCode: ({ errorCode }) => errorCode,
        body: () => ({
          groupId,
          generationId,
          memberId,
          groupInstanceId,
          protocolType: PROTOCOL_TYPE,
          protocolName,
          assignments,
        }),
      },
      { purpose: 'join', timeoutMs: rebalanceTimeoutMs + ANSWER_MS },
    );
    check(response.errorCode);
    return response.assignment;
  }

  /** Throws as {@link sync} does. */
  async heartbeat({ memberId, generationId }: Member): Promise<void> {
    const { groupId, groupInstanceId, sessionTimeoutMs } = this.options;
    const response = await this.coordinator.call(
      {
        api: apis.Heartbeat,
        errorCode: ({ errorCode }) => errorCode,
        body: () => ({ groupId, generationId, memberId, groupInstanceId }),
      },
      // A coordinator that says nothing for that long leaves time to find another one.
      { timeoutMs: Math.ceil(sessionTimeoutMs / 3) },
    );
    check(response.errorCode);
  }

  /** Throws as {@link sync} does. */
  async leave({ memberId }: Member, reason: string, timeoutMs: number): Promise<void> {
    const { groupId } = this.options;
    const response = await this.coordinator.call(
      {
        api: apis.LeaveGroup,
        errorCode: ({ errorCode }) => errorCode,
        body: (version) =>
          version < 3 ? { groupId, memberId } : { groupId, members: [{ memberId, reason }] },
      },
      { timeoutMs },
    );
    check(response.errorCode);
  }
}

function check(errorCode: number): void {
  const error = ProtocolError.fromCode(errorCode);
  if (error) throw error;
}
