import type { TopicPartition } from '../../log';

/** Which of a broker's fetchers copies a partition (Kafka's AbstractFetcherManager.getFetcherId). */
export function fetcherIdOf({ topic, partition }: TopicPartition, fetchers: number): number {
  const mixed = (Math.imul(31, javaHash(topic)) + partition) | 0;
  return mixed === INT_MIN ? 0 : Math.abs(mixed) % fetchers;
}

const INT_MIN = -0x8000_0000;

/** java.lang.String.hashCode. */
function javaHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0;
  return hash;
}
