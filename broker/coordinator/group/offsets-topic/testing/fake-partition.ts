import { ProtocolError } from '../../../../../client/protocol/protocol-error';
import type { Log, LogAppendInfo } from '../../../../log';
import type { Lead, OffsetsPartition } from '../offsets-shard';

/** A partition on one broker, whose lead and whose replicas' confirmations are the test's business. */
export class FakePartition implements OffsetsPartition {
  private lead: Lead | undefined;
  /** What to answer to waiting appends; nothing confirms them. */
  refusal: ProtocolError | undefined;
  /** Batches appended. */
  appends = 0;

  constructor(private readonly log: Log) {}

  takeLead(): void {
    this.lead = { log: this.log };
  }

  loseLead(): void {
    this.lead = undefined;
  }

  leading(): Lead {
    if (!this.lead) throw new ProtocolError('NOT_LEADER_OR_FOLLOWER');
    return this.lead;
  }

  isLedBy(lead: Lead): boolean {
    return this.lead === lead;
  }

  append(records: Buffer): LogAppendInfo {
    this.leading();
    this.appends++;
    return this.log.appendAsLeader(records, 1);
  }

  async committed({ written }: LogAppendInfo): Promise<void> {
    await written;
    if (this.refusal) throw this.refusal;
    this.log.updateHighWatermark(this.log.logEndOffset);
  }

  assertLease(): void {
    this.leading();
  }
}
