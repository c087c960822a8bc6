import { crc32c } from '../../../client/records';

/** Sums of checksums stay exact up to two million times this. */
const CHECKSUM_RANGE = 2 ** 53;

/** Lines that went one way, counted. */
export class Tally {
  lines = 0;
  bytes = 0;
  /** The same for the same lines in any order. */
  checksum = 0;
  /** Milliseconds from the first to the last. */
  ms = 0;
  private readonly partitions = new Map<number, number>();

  /** One line, by what it holds. */
  add(line: Buffer): void {
    this.lines++;
    this.bytes += line.length;
    this.checksum = (this.checksum + crc32c(line)) % CHECKSUM_RANGE;
  }

  /** So many lines are in that partition. */
  place(partition: number, lines = 1): void {
    this.partitions.set(partition, this.in(partition) + lines);
  }

  /** Lines in a partition. */
  in(partition: number): number {
    return this.partitions.get(partition) ?? 0;
  }

  /** `52000 records/s, 9.8 MB/s`; a MB is 1024 × 1024 bytes, as in Kafka's tools. */
  get rate(): string {
    const seconds = Math.max(this.ms, 1) / 1000;
    const mb = this.bytes / 1024 / 1024 / seconds;
    return `${Math.round(this.lines / seconds)} records/s, ${mb.toFixed(1)} MB/s`;
  }
}
