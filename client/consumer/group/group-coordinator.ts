import { apis } from '../../protocol/apis';
import type { Api, RequestInput, ResponseOf } from '../../protocol/api';
import { CoordinatorType } from '../../protocol/messages/find-coordinator';
import { ProtocolError } from '../../protocol/protocol-error';
import { inTime } from '../../runtime/in-time';
import type { Cluster, ClusterSendOptions } from '../../network';
import { reactionToError } from './reaction';

/** A call to the coordinator, made for the version that it speaks. */
export interface CoordinatorCall<A extends Api> {
  readonly api: A;
  readonly body: (version: number) => RequestInput<A>;
  /** The error code for all of the response; 0 for none. */
  readonly errorCode: (response: ResponseOf<A>) => number;
}

/**
 * The broker that coordinates a group: looked for when it is needed, forgotten when it says that it
 * is not the coordinator, or nothing at all.
 */
export class GroupCoordinator {
  private nodeId: number | undefined;
  private finding: Promise<number> | undefined;

  /**
   * @param reachMs how long a broker may take to be connected to, and to tell who the coordinator
   *   is: of one whose machine is gone nothing is heard at all, and the session must outlast that
   */
  constructor(
    private readonly cluster: Cluster,
    readonly groupId: string,
    private readonly reachMs: number,
  ) {}

  /** Broker id; undefined while unknown. */
  get node(): number | undefined {
    return this.nodeId;
  }

  /**
   * One attempt, looking for the coordinator first if need be.
   *
   * @throws what made it impossible; the code in the response is left to the caller
   */
  async call<A extends Api>(
    { api, body, errorCode }: CoordinatorCall<A>,
    options?: ClusterSendOptions,
  ): Promise<ResponseOf<A>> {
    const nodeId = await this.find();
    try {
      const connection = await this.reached(this.cluster.connection(nodeId, options?.purpose));
      const response = await connection.send(api, body(connection.versionOf(api)), options);
      this.forgetIfGone(nodeId, ProtocolError.fromCode(errorCode(response)));
      return response;
    } catch (error) {
      this.forgetIfGone(nodeId, error);
      throw error;
    }
  }

  private forgetIfGone(nodeId: number, error: unknown): void {
    if (error === undefined || reactionToError(error) !== 'find-coordinator') return;
    if (this.nodeId === nodeId) this.nodeId = undefined;
  }

  private find(): Promise<number> {
    if (this.nodeId !== undefined) return Promise.resolve(this.nodeId);
    this.finding ??= this.ask().finally(() => (this.finding = undefined));
    return this.finding;
  }

  private async ask(): Promise<number> {
    const { groupId, cluster } = this;
    const connection = await this.reached(cluster.anyConnection());
    const version = connection.versionOf(apis.FindCoordinator);
    const body = {
      keyType: CoordinatorType.GROUP,
      ...(version < 4 ? { key: groupId } : { coordinatorKeys: [groupId] }),
    };
    const options = { timeoutMs: this.reachMs };
    const response = await connection.send(apis.FindCoordinator, body, options);
    const found = version < 4 ? response : response.coordinators.find(({ key }) => key === groupId);
    if (!found) throw new ProtocolError('COORDINATOR_NOT_AVAILABLE');
    const error = ProtocolError.fromCode(found.errorCode, found.errorMessage);
    if (error) throw error;
    if (!cluster.snapshot.brokers.has(found.nodeId)) await cluster.refreshMetadata();
    this.nodeId = found.nodeId;
    return found.nodeId;
  }

  /** @throws ProtocolError COORDINATOR_NOT_AVAILABLE */
  private reached<T>(connecting: Promise<T>): Promise<T> {
    return inTime(connecting, this.reachMs, this.cluster.options.clock, () => {
      const text = `No broker that could be asked for group ${this.groupId} was reached in time.`;
      return new ProtocolError('COORDINATOR_NOT_AVAILABLE', text);
    });
  }
}
