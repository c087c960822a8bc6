import type { PartitionItem } from '../../client/admin';
import { dateFormat } from '../perf/date-format';
import type { BrokerBatch, Mismatch } from './compare-replicas';
import { nameOf, type Progress } from './verification';

const format = dateFormat('yyyy-MM-dd HH:mm:ss,SSS');

/** A line with the time it is printed at, in milliseconds since 1970. */
export function timedLine(time: number, text: string): string {
  return `${format(time)}: ${text}`;
}

export function progressText({ partitions, worst }: Progress): string {
  if (!worst) return 'no partitions are left';
  return (
    `max lag is ${worst.lag} for partition ${nameOf(worst)} at offset ${worst.offset} ` +
    `among ${partitions} partitions`
  );
}

export function mismatchText(partition: PartitionItem, mismatch: Mismatch): string {
  const name = nameOf(partition);
  if (mismatch.kind === 'offset') {
    const [a, b] = mismatch.at;
    return (
      `partition ${name}: replica ${a.brokerId}'s offset ${a.lastOffset} ` +
      `doesn't match replica ${b.brokerId}'s offset ${b.lastOffset}`
    );
  }
  const [a, b] = mismatch.at;
  const { offset } = mismatch;
  if (a.checksum !== b.checksum) {
    return (
      `partition ${name} has unmatched checksum at offset ${offset}; ` +
      `${checksumOf(a)}; ${checksumOf(b)}`
    );
  }
  if (a.leaderEpoch !== b.leaderEpoch) {
    return (
      `partition ${name} has unmatched leader epochs at offset ${offset}; ` +
      `replica ${a.brokerId}'s epoch ${a.leaderEpoch}; replica ${b.brokerId}'s epoch ${b.leaderEpoch}`
    );
  }
  return (
    `partition ${name} has unmatched bytes at offset ${offset}; ` +
    `${checksumOf(a)}; ${checksumOf(b)}`
  );
}

function checksumOf({ brokerId, checksum, isDamaged }: BrokerBatch): string {
  return `replica ${brokerId}'s checksum ${checksum}${isDamaged ? ', which its bytes do not fit' : ''}`;
}
