import { MalformedZnodeError } from './malformed-znode-error';
import { paths } from './paths';
import { encodeJson, ZnodeJson } from './znode-json';

/** Which brokers hold a partition; the first is the preferred leader. */
export interface PartitionAssignment {
  readonly replicas: readonly number[];
  /** On their way in, while a reassignment runs; part of `replicas`. */
  readonly adding: readonly number[];
  /** On their way out, while a reassignment runs; part of `replicas`. */
  readonly removing: readonly number[];
}

/** A partition that no reassignment is under way for. */
export function assigned(replicas: readonly number[]): PartitionAssignment {
  return { replicas, adding: [], removing: [] };
}

/** What `/brokers/topics/<topic>` holds. */
export interface TopicAssignment {
  /** 22 characters of base64url; null for topics older than topic ids. */
  readonly topicId: string | null;
  readonly partitions: ReadonlyMap<number, PartitionAssignment>;
}

/** Version 3 of the JSON (Kafka's `TopicZNode`). */
export function encodeTopic({ topicId, partitions }: TopicAssignment): Buffer {
  const sorted = [...partitions].sort(([a], [b]) => a - b);
  const select = (list: keyof PartitionAssignment, always = false) =>
    Object.fromEntries(
      sorted
        .filter(([, assignment]) => always || assignment[list].length > 0)
        .map(([partition, assignment]) => [partition, assignment[list]]),
    );
  return encodeJson({
    version: 3,
    ...(topicId === null ? {} : { topic_id: topicId }),
    partitions: select('replicas', true),
    adding_replicas: select('adding'),
    removing_replicas: select('removing'),
  });
}

/**
 * Reads versions 1 to 3.
 *
 * @throws MalformedZnodeError
 */
export function decodeTopic(topic: string, data: Buffer | null): TopicAssignment {
  const path = paths.topic(topic);
  const json = ZnodeJson.parse(path, data);
  const replicas = json.object('partitions', true);
  const adding = json.object('adding_replicas', true);
  const removing = json.object('removing_replicas', true);
  const partitions = new Map<number, PartitionAssignment>();
  for (const name of replicas.keys) {
    if (!/^\d+$/.test(name))
      throw new MalformedZnodeError(path, `"${name}" is no partition number`);
    partitions.set(Number(name), {
      replicas: replicas.ints(name),
      adding: adding.ints(name, []),
      removing: removing.ints(name, []),
    });
  }
  return { topicId: json.nullableString('topic_id'), partitions };
}
