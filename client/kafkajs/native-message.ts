import type { PartitionQuestion, PartitionerFunction, ProducerMessage } from '../producer';
import type { PartitionMetadata as NativePartition } from '../network';
import type { RecordBytes, RecordHeaderInput } from '../records';
import type { IHeaders, Message, PartitionerArgs, PartitionMetadata } from './producer-types';

/**
 * Turns messages into those of the client beneath, and its questions for partitions into questions
 * about the messages they came from: partitioners may look at anything that `send` was given.
 */
export class MessageTranslator {
  /** The headers of a question are the ones of the message, the same object. */
  private readonly messages = new WeakMap<readonly RecordHeaderInput[], Message>();
  private readonly metadata = new WeakMap<readonly NativePartition[], PartitionMetadata[]>();

  /** @param partitioner KafkaJS's */
  constructor(private readonly partitioner: (args: PartitionerArgs) => number) {}

  toNative(message: Message): ProducerMessage {
    const headers = headersOf(message.headers);
    this.messages.set(headers, message);
    return {
      key: bytesOf(message.key),
      value: bytesOf(message.value),
      headers,
      timestamp: message.timestamp === undefined ? undefined : Number(message.timestamp),
    };
  }

  /** The partitioner of the client beneath; messages never name a partition to it themselves. */
  readonly partitionOf: PartitionerFunction = ({ topic, headers, partitions }) => {
    const message = this.messages.get(headers);
    if (!message) throw new TypeError('The partitioner was asked about an unknown message.');
    const partitionMetadata = this.metadataOf(partitions);
    return Number(this.partitioner({ topic, partitionMetadata, message }));
  };

  private metadataOf(partitions: PartitionQuestion['partitions']): PartitionMetadata[] {
    let known = this.metadata.get(partitions);
    if (!known) this.metadata.set(partitions, (known = partitions.map(partitionMetadata)));
    return known;
  }
}

export function partitionMetadata(partition: NativePartition): PartitionMetadata {
  return {
    partitionErrorCode: 0,
    partitionId: partition.partition,
    leader: partition.leader,
    replicas: [...partition.replicas],
    isr: [...partition.isr],
    offlineReplicas: [...partition.offlineReplicas],
  };
}

function headersOf(headers: IHeaders = {}): RecordHeaderInput[] {
  return Object.entries(headers).flatMap(([key, value]) =>
    Array.isArray(value)
      ? value.map((one) => ({ key, value: bytesOf(one) }))
      : [{ key, value: bytesOf(value) }],
  );
}

/** Whatever is neither bytes nor nothing is written as a text. */
function bytesOf(value: Buffer | string | null | undefined): RecordBytes {
  if (value === null || value === undefined) return null;
  return (value as unknown) instanceof Uint8Array ? value : String(value);
}
