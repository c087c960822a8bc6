import { join } from 'node:path';
import { writeAtomically } from './atomic-file';
import type { FileSystem } from './file-system';
import { LogDirectoryError } from './log-error';

const NAME = 'partition.metadata';

/**
 * The topic id a partition's directory belongs to (Kafka's PartitionMetadataFile). It tells a topic
 * from an earlier one of the same name.
 *
 * @returns Kafka's base64 form of the id; undefined when there is no file
 */
export async function readTopicId(
  fileSystem: FileSystem,
  directory: string,
): Promise<string | undefined> {
  const path = join(directory, NAME);
  const text = await fileSystem.readFile(path);
  if (text === undefined) return undefined;
  const [, topicId] = /^version: 0\ntopic_id: ([\w-]{22})\n?$/.exec(text) ?? [];
  if (topicId === undefined) {
    throw new LogDirectoryError(
      `${path} is malformed.`,
      'Restore it: a line "version: 0" and a line "topic_id: " with the id of the topic.',
    );
  }
  return topicId;
}

export async function writeTopicId(
  fileSystem: FileSystem,
  directory: string,
  topicId: string,
): Promise<void> {
  await writeAtomically(fileSystem, join(directory, NAME), `version: 0\ntopic_id: ${topicId}`);
}
