import type { ResponseOf } from '../../client/protocol/api';
import { errorFacts, type ErrorName } from '../../client/protocol/error-codes';
import { LeaderAndIsr } from '../../client/protocol/messages/leader-and-isr';
import { StopReplica } from '../../client/protocol/messages/stop-replica';
import { UpdateMetadata } from '../../client/protocol/messages/update-metadata';
import { ProtocolError } from '../../client/protocol/protocol-error';
import type { Clock, TimerHandle } from '../../client/runtime/clock';
import { deferred, type Deferred } from '../../client/runtime/deferred';
import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import { topicPartitionKey, type TopicPartition } from '../../zk-coordination';
import type { PeerChannel } from '../peers/peer-channel';
import type { LeadershipEntry, PartitionSnapshot, StopEntry } from './control-entry';
import {
  leaderAndIsrRequest,
  stopReplicaRequest,
  updateMetadataRequest,
  wireTopicId,
} from './control-requests';
import type { TermEvent } from './controller-events';
import { PendingControl, type ControlRound, type Part } from './pending-control';

export interface ControlChannelOptions {
  readonly controllerId: number;
  readonly controllerEpoch: number;
  readonly brokerId: number;
  /** Of the incarnation that is meant. */
  readonly brokerEpoch: bigint;
  readonly channel: PeerChannel;
  timeoutMs(): number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of answers that the controller has to act on. */
  report(event: TermEvent): void;
}

const RETRY_MS = 100;
/** Before partitions that a broker refused are sent again. */
const REFUSED_RETRY_MS = 1_000;

/** Refusals that another try would meet again. */
const FINAL_REFUSALS: ReadonlySet<ErrorName> = new Set([
  'KAFKA_STORAGE_ERROR',
  'STALE_CONTROLLER_EPOCH',
  'FENCED_LEADER_EPOCH',
  'INCONSISTENT_TOPIC_ID',
]);

/**
 * The controller's line to one incarnation of a broker: LeaderAndIsr, and when that is answered
 * UpdateMetadata and StopReplica, each repeated until it is answered or the incarnation is gone
 * (Kafka's `RequestSendThread`, with pending work coalesced). The last two leave together: whose
 * leadership has been moved shall say so to its clients as soon as it knows where they have to go.
 */
export class ControlChannel {
  private readonly pending = new PendingControl();
  private readonly header;
  /** Refused instructions that will be sent again unless something newer takes their place. */
  private readonly refused = new Map<string, LeadershipEntry>();
  private refusedTimer: TimerHandle | undefined;
  private pausing: Deferred<void> | undefined;
  private running = false;
  private closed = false;
  private reachable = true;

  constructor(private readonly options: ControlChannelOptions) {
    const { controllerId, controllerEpoch, brokerEpoch, brokerId } = options;
    this.header = { controllerId, controllerEpoch, brokerEpoch: Number(brokerEpoch), brokerId };
  }

  /** What the broker leads and follows; the first are taken for all there are. */
  leaderAndIsr(entries: readonly LeadershipEntry[]): void {
    this.supersede(entries);
    this.pending.addLeadership(entries);
    this.kick();
  }

  /** The first is taken for all there is. */
  updateMetadata(entries: readonly PartitionSnapshot[]): void {
    this.pending.addMetadata(entries);
    this.kick();
  }

  stopReplicas(entries: readonly StopEntry[]): void {
    this.supersede(entries);
    this.pending.addStops(entries);
    this.kick();
  }

  /** Sends nothing more and reports nothing more. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.options.channel.close();
    this.options.clock.clearTimeout(this.refusedTimer);
    this.pausing?.resolve();
  }

  /** What one handler has put in within one turn leaves together. */
  private kick(): void {
    if (this.running || this.closed) return;
    this.running = true;
    queueMicrotask(() => void this.run());
  }

  private async run(): Promise<void> {
    while (!this.closed) {
      const round = this.pending.takeRound();
      if (!round) break;
      if (!(await this.deliver(round))) await this.pause();
    }
    this.running = false;
  }

  /** @returns whether all of it was answered; else what was not is pending again */
  private async deliver({ leadership, metadata, stops }: ControlRound): Promise<boolean> {
    const failures: unknown[] = [];
    const attempt = async (send: () => Promise<void>, putBack: () => void): Promise<void> => {
      try {
        if (!this.closed && failures.length === 0) await send();
        else putBack();
      } catch (error) {
        failures.push(error);
        putBack();
      }
    };
    if (leadership) {
      const putBack = () => this.pending.putBackLeadership(leadership);
      await attempt(() => this.sendLeadership(leadership), putBack);
    }
    await Promise.all([
      metadata &&
        attempt(
          () => this.sendMetadata(metadata),
          () => this.pending.putBackMetadata(metadata),
        ),
      stops.length > 0 &&
        attempt(
          () => this.sendStops(stops),
          () => this.pending.putBackStops(stops),
        ),
    ]);
    if (this.closed || failures.length === 0) return true;
    this.failed(failures[0]);
    return false;
  }

  private async sendLeadership(part: Part<LeadershipEntry>): Promise<void> {
    const request = leaderAndIsrRequest(this.header, part);
    const response = await this.options.channel.send(LeaderAndIsr, request, this.patience());
    if (!this.accepted(response.errorCode)) return;
    const errors = leadershipErrors(response, part.entries);
    if (errors.size === 0) return;
    const results = [...errors].map(([{ topic, partition }, error]) => ({
      topic,
      partition,
      error,
    }));
    this.report('leader-and-isr-answered', results);
    const again = [...errors].filter(([, error]) => !FINAL_REFUSALS.has(error));
    if (again.length > 0) this.sendLater(again.map(([entry]) => entry));
  }

  private async sendMetadata(part: Part<PartitionSnapshot>): Promise<void> {
    const request = updateMetadataRequest(this.header, part);
    const response = await this.options.channel.send(UpdateMetadata, request, this.patience());
    this.accepted(response.errorCode);
  }

  private async sendStops(entries: readonly StopEntry[]): Promise<void> {
    const request = stopReplicaRequest(this.header, entries);
    const response = await this.options.channel.send(StopReplica, request, this.patience());
    if (!this.accepted(response.errorCode)) return;
    const errors = new Map(
      response.partitionErrors.map(({ topicName, partitionIndex, errorCode }) => [
        `${topicName}-${partitionIndex}`,
        errorCode,
      ]),
    );
    const results = entries
      .filter(({ deletePartition }) => deletePartition)
      .map(({ topic, partition }) => ({
        topic,
        partition,
        error: errorName(errors.get(`${topic}-${partition}`) ?? 0),
      }));
    if (results.length > 0) this.report('stop-replica-answered', results);
  }

  /**
   * Whether a request was carried out. One that was meant for an earlier incarnation, or comes from
   * an earlier controller, ends this channel.
   *
   * @throws ProtocolError when it should be tried again
   */
  private accepted(errorCode: number): boolean {
    if (this.closed) return false;
    this.reached();
    const error = errorName(errorCode);
    if (error === null) return true;
    if (error === 'STALE_CONTROLLER_EPOCH') {
      this.options.report({ type: 'called-superseded', brokerId: this.options.brokerId });
    } else if (error !== 'STALE_BROKER_EPOCH') {
      throw new ProtocolError(error);
    }
    this.options.logger.warn(
      { event: 'control-request-refused', broker: this.options.brokerId, error },
      `Broker ${this.options.brokerId} refuses what this controller says: ${error}.`,
    );
    this.close();
    return false;
  }

  private report(
    type: 'leader-and-isr-answered' | 'stop-replica-answered',
    results: readonly { topic: string; partition: number; error: ErrorName | null }[],
  ): void {
    const { brokerId, brokerEpoch, report } = this.options;
    report({ type, brokerId, brokerEpoch, results });
  }

  private sendLater(entries: readonly LeadershipEntry[]): void {
    const { clock, logger, brokerId } = this.options;
    logger.warn(
      { event: 'leader-and-isr-refused', broker: brokerId, partitions: entries.length },
      `Broker ${brokerId} could not take over ${entries.length} partitions; it is asked again.`,
    );
    for (const entry of entries) {
      if (!this.pending.concerns(entry)) this.refused.set(topicPartitionKey(entry), entry);
    }
    clock.clearTimeout(this.refusedTimer);
    this.refusedTimer = clock.setTimeout(() => {
      this.pending.putBackLeadership({ isFull: false, entries: [...this.refused.values()] });
      this.refused.clear();
      this.kick();
    }, REFUSED_RETRY_MS);
  }

  private supersede(entries: readonly TopicPartition[]): void {
    for (const entry of entries) this.refused.delete(topicPartitionKey(entry));
  }

  private failed(error: unknown): void {
    const { logger, brokerId } = this.options;
    const facts = { event: 'broker-unreachable', broker: brokerId, error: describeError(error) };
    if (this.reachable) logger.warn(facts, `Broker ${brokerId} cannot be told; trying again.`);
    this.reachable = false;
  }

  private reached(): void {
    const { logger, brokerId } = this.options;
    const facts = { event: 'broker-reached', broker: brokerId };
    if (!this.reachable) logger.info(facts, `Broker ${brokerId} can be told again.`);
    this.reachable = true;
  }

  private async pause(): Promise<void> {
    const over = (this.pausing = deferred());
    const { clock } = this.options;
    const timer = clock.setTimeout(over.resolve, RETRY_MS);
    await over.promise;
    clock.clearTimeout(timer);
  }

  private patience(): { timeoutMs: number } {
    return { timeoutMs: this.options.timeoutMs() };
  }
}

function errorName(code: number): ErrorName | null {
  return code === 0 ? null : errorFacts(code).name;
}

function leadershipErrors(
  { topics }: ResponseOf<typeof LeaderAndIsr>,
  entries: readonly LeadershipEntry[],
): Map<LeadershipEntry, ErrorName> {
  const codes = new Map(
    topics.flatMap(({ topicId, partitionErrors }) =>
      partitionErrors.map(({ partitionIndex, errorCode }): [string, number] => [
        `${topicId}-${partitionIndex}`,
        errorCode,
      ]),
    ),
  );
  const errors = new Map<LeadershipEntry, ErrorName>();
  for (const entry of entries) {
    const error = errorName(codes.get(`${wireTopicId(entry.topicId)}-${entry.partition}`) ?? 0);
    if (error !== null) errors.set(entry, error);
  }
  return errors;
}
