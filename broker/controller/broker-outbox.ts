import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import type { PeerChannel } from '../peers/peer-channel';
import { ControlChannel } from './control-channel';
import type { LeadershipEntry, PartitionSnapshot, StopEntry } from './control-entry';
import type { ControlledBroker } from './controller-context';
import type { TermEvent } from './controller-events';

export interface BrokerOutboxOptions {
  readonly controllerId: number;
  readonly controllerEpoch: number;
  openChannel(brokerId: number): PeerChannel;
  /** How long a broker may take to answer. */
  timeoutMs(): number;
  readonly clock: Clock;
  readonly logger: Logger;
  report(event: TermEvent): void;
}

/**
 * What the controller tells the live brokers. Never waits: what is put in is delivered in the
 * background, and answers come back as events. Instructions for brokers that are not alive are
 * dropped; they get everything when they join.
 */
export class BrokerOutbox {
  private readonly channels = new Map<number, ControlChannel>();
  private closed = false;

  constructor(private readonly options: BrokerOutboxOptions) {}

  /** Opens the line to an incarnation; what an earlier one was not told yet is dropped. */
  brokerJoined({ id, epoch }: ControlledBroker): void {
    this.brokerLeft(id);
    if (this.closed) return;
    const { openChannel, ...shared } = this.options;
    const channel = openChannel(id);
    const options = { ...shared, brokerId: id, brokerEpoch: epoch, channel };
    this.channels.set(id, new ControlChannel(options));
  }

  brokerLeft(brokerId: number): void {
    this.channels.get(brokerId)?.close();
    this.channels.delete(brokerId);
  }

  /** The first instructions to an incarnation have to be all there are, even if none. */
  leaderAndIsr(brokerId: number, entries: readonly LeadershipEntry[]): void {
    this.channels.get(brokerId)?.leaderAndIsr(entries);
  }

  /** Tells all brokers, or one. The first metadata for an incarnation has to be all there is. */
  updateMetadata(entries: readonly PartitionSnapshot[], brokerId?: number): void {
    if (brokerId !== undefined) this.channels.get(brokerId)?.updateMetadata(entries);
    else for (const channel of this.channels.values()) channel.updateMetadata(entries);
  }

  stopReplicas(brokerId: number, entries: readonly StopEntry[]): void {
    this.channels.get(brokerId)?.stopReplicas(entries);
  }

  close(): void {
    this.closed = true;
    for (const channel of this.channels.values()) channel.close();
    this.channels.clear();
  }
}
