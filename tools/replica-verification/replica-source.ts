import type { PartitionItem } from '../../client/admin';
import type { Cluster } from '../../client/network';
import { apis } from '../../client/protocol/apis';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { KafkaClassicError } from '../../client/runtime/error';

export interface WantedRecords extends PartitionItem {
  readonly offset: number;
}

/** What a replica says about a partition. */
export type ReplicaAnswer =
  | { readonly records: Buffer; readonly highWatermark: number }
  | {
      /** Why it has nothing to say, as a code. */
      readonly failure: string;
    };

/** Reads partitions from any of their replicas. */
export interface ReplicaSource {
  /** @returns an answer to each question, in the same order */
  read(brokerId: number, wanted: readonly WantedRecords[]): Promise<ReplicaAnswer[]>;
}

const NO_RECORDS = Buffer.alloc(0);

/**
 * Reads as a consumer does: what each replica believes to be committed.
 *
 * @param fetchSize bytes of a partition to ask for at once
 */
export function replicaSource(cluster: Cluster, fetchSize: number): ReplicaSource {
  return {
    read: async (brokerId, wanted) => {
      try {
        return await readFrom(cluster, brokerId, wanted, fetchSize);
      } catch (error) {
        const failure = failureOf(error);
        return wanted.map(() => ({ failure }));
      }
    },
  };
}

async function readFrom(
  cluster: Cluster,
  brokerId: number,
  wanted: readonly WantedRecords[],
  fetchSize: number,
): Promise<ReplicaAnswer[]> {
  const { errorCode, responses } = await cluster.sendToBroker(brokerId, apis.Fetch, {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: fetchSize * wanted.length,
    sessionEpoch: -1,
    topics: wanted.map(({ topic, partition, offset }) => ({
      topic,
      partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: fetchSize }],
    })),
    forgottenTopicsData: [],
  });
  const error = ProtocolError.fromCode(errorCode);
  if (error) throw error;
  return wanted.map(({ topic, partition }): ReplicaAnswer => {
    const reply = responses
      .filter((one) => one.topic === topic)
      .flatMap(({ partitions }) => partitions)
      .find(({ partitionIndex }) => partitionIndex === partition);
    if (!reply) return { failure: 'NO_ANSWER' };
    const refused = ProtocolError.fromCode(reply.errorCode);
    if (refused) return { failure: refused.code };
    return { records: reply.records ?? NO_RECORDS, highWatermark: reply.highWatermark };
  });
}

function failureOf(error: unknown): string {
  // A broker that is away is named by a ProtocolError, the rest are errors of connections.
  if (error instanceof ProtocolError) return error.code;
  if (KafkaClassicError.is(error) && error.retriable) return error.code;
  throw error;
}
