import { apis } from '../../protocol/apis';
import type { RequestOf, ResponseInput } from '../../protocol/api';
import type { FakeBroker } from '../../network/testing/fake-broker';
import { RecordBatch, recordsOf, validateProducedBatch } from '../../records';
import { FakeProducerStates } from './fake-producer-states';

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
  /** Batches that were recognised as repetitions. */
  duplicates = 0;
  private readonly states = new Map<string, FakeProducerStates>();
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

  /** What is known of the idempotent producers of a partition. */
  producers(topic: string, partition = 0): FakeProducerStates {
    const name = `${topic}-${partition}`;
    let states = this.states.get(name);
    if (!states) this.states.set(name, (states = new FakeProducerStates()));
    return states;
  }

  /** Loses what came from an offset on, as when a replica that lacks it takes the lead. */
  truncate(topic: string, partition: number, offset: number): void {
    this.partitions.get(`${topic}-${partition}`)?.splice(offset);
    this.producers(topic, partition).truncate(offset);
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
    const batch = new RecordBatch(bytes, 0);
    const producers = this.producers(topic, partition);
    const sequence = producers.check(batch);
    if (sequence.errorCode !== 0) return { errorCode: sequence.errorCode, baseOffset: -1 };
    if (sequence.repeats !== undefined) {
      this.duplicates++;
      return { errorCode: 0, baseOffset: sequence.repeats };
    }
    const name = `${topic}-${partition}`;
    const log = this.partitions.get(name) ?? [];
    this.partitions.set(name, log);
    const baseOffset = log.length;
    producers.appended(batch, baseOffset);
    log.push(...records);
    this.batches.push(records.length);
    return { errorCode: 0, baseOffset };
  }
}
