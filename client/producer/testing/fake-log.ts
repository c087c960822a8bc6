import { apis } from '../../protocol/apis';
import type { RequestOf, ResponseInput } from '../../protocol/api';
import { recordsOf, validateProducedBatch } from '../../records';
import type { FakeBroker } from '../../network/testing/fake-broker';

type ProduceBody = RequestOf<typeof apis.Produce>;

/** A record that a fake broker has appended. */
export interface AppendedRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: number;
  readonly headers: readonly { key: string; value: string | null }[];
}

/** Says why a partition's batch is refused: an error code, or 0 to append it. */
export type Verdict = (topic: string, partition: number, values: readonly string[]) => number;

/** Keeps what producers send to one fake broker or several, checked and decoded. */
export class FakeLog {
  /** Records by `topic-partition`. */
  readonly partitions = new Map<string, AppendedRecord[]>();
  /** Sizes of the batches in the order they came, in records. */
  readonly batches: number[] = [];
  verdict: Verdict = () => 0;

  /** Lets a broker answer Produce from this log. */
  serve(broker: FakeBroker): void {
    broker.on(apis.Produce, (body) => this.answer(body));
  }

  answer(body: ProduceBody): ResponseInput<typeof apis.Produce> | undefined {
    const responses = body.topicData.map(({ name, partitionData }) => ({
      name,
      partitionResponses: partitionData.map(({ index, records }) => ({
        index,
        ...this.append(name, index, records ?? Buffer.alloc(0)),
      })),
    }));
    return body.acks === 0 ? undefined : { responses };
  }

  values(topic: string, partition = 0): (string | null)[] {
    return (this.partitions.get(`${topic}-${partition}`) ?? []).map(({ value }) => value);
  }

  /** All values of a topic, partition by partition. */
  allValues(topic: string): (string | null)[] {
    return [...this.partitions]
      .filter(([name]) => name.startsWith(`${topic}-`))
      .flatMap(([, records]) => records.map(({ value }) => value));
  }

  private append(
    topic: string,
    partition: number,
    bytes: Buffer,
  ): { errorCode: number; baseOffset: number } {
    validateProducedBatch(bytes, 0, bytes.length);
    const text = (part: Buffer | null): string | null => part?.toString() ?? null;
    const records = recordsOf(bytes).map(({ key, value, timestamp, headers }) => ({
      key: text(key),
      value: text(value),
      timestamp,
      headers: headers.map((header) => ({ key: header.key, value: text(header.value) })),
    }));
    const errorCode = this.verdict(
      topic,
      partition,
      records.map(({ value }) => value ?? ''),
    );
    if (errorCode !== 0) return { errorCode, baseOffset: -1 };
    const name = `${topic}-${partition}`;
    const log = this.partitions.get(name) ?? [];
    this.partitions.set(name, log);
    const baseOffset = log.length;
    log.push(...records);
    this.batches.push(records.length);
    return { errorCode: 0, baseOffset };
  }
}
