import type { apis } from '../protocol/apis';
import type { RequestInput, ResponseOf } from '../protocol/api';
import type { ProducerBatch } from './producer-batch';

type ProduceRequest = RequestInput<typeof apis.Produce>;
/** The answer to a Produce request. */
export type ProduceResponse = ResponseOf<typeof apis.Produce>;
/** The broker's answer for one partition. */
export type PartitionResponse = ProduceResponse['responses'][number]['partitionResponses'][number];

interface PartitionData {
  index: number;
  records: Buffer;
}

/** The request for closed batches of different partitions. Their bytes go in by reference. */
export function produceRequest(
  batches: readonly ProducerBatch[],
  acks: number,
  timeoutMs: number,
): ProduceRequest {
  const topicData: { name: string; partitionData: PartitionData[] }[] = [];
  for (const batch of batches) {
    const data = { index: batch.partition, records: batch.close() };
    const topic = topicData.find(({ name }) => name === batch.topic);
    if (topic) topic.partitionData.push(data);
    else topicData.push({ name: batch.topic, partitionData: [data] });
  }
  return { acks, timeoutMs, topicData };
}

/** The answer for a batch, undefined when the broker left it out. */
export function responseFor(
  response: ProduceResponse,
  { topic, partition }: ProducerBatch,
): PartitionResponse | undefined {
  for (const { name, partitionResponses } of response.responses) {
    if (name !== topic) continue;
    const found = partitionResponses.find(({ index }) => index === partition);
    if (found) return found;
  }
  return undefined;
}

/** What the broker says about a refusal beyond its code, null if nothing. */
export function refusalText({ errorMessage, recordErrors }: PartitionResponse): string | null {
  const records = recordErrors
    .slice(0, 3)
    .map(({ batchIndex, batchIndexErrorMessage }) =>
      `Record ${batchIndex} of the batch: ${batchIndexErrorMessage ?? 'not acceptable'}`.trim(),
    );
  const parts = [errorMessage, ...records].filter((text) => text != null && text !== '');
  return parts.length > 0 ? parts.join(' ') : null;
}
