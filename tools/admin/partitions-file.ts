import { readTextFile } from '../cli/text-file';
import { AdminToolError } from './admin-tool-error';

export interface NamedPartition {
  readonly topic: string;
  readonly partition: number;
}

const FORM = '{"partitions":[{"topic":"foo","partition":1},{"topic":"bar","partition":2}]}';

/**
 * Reads a file that names partitions, as kafka-leader-election takes it.
 *
 * @throws FileUnreadableError; AdminToolError PARTITIONS_FILE_INVALID when it is not of the form above,
 *   or names a partition twice
 */
export function readPartitionsFile(path: string): NamedPartition[] {
  return parsePartitionsFile(readTextFile(path));
}

/** @throws AdminToolError PARTITIONS_FILE_INVALID */
export function parsePartitionsFile(text: string): NamedPartition[] {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    throw wrong('The file is not valid JSON.', error);
  }
  const { partitions } = (root ?? {}) as { partitions?: unknown };
  if (!Array.isArray(partitions)) throw wrong('The file has no "partitions".');
  const named = partitions.map((entry: unknown, index) => {
    const { topic, partition } = (entry ?? {}) as Partial<NamedPartition>;
    if (typeof topic === 'string' && Number.isInteger(partition)) {
      return { topic, partition: partition as number };
    }
    throw wrong(`Entry ${index} has not both a topic and a partition.`);
  });
  const names = named.map(({ topic, partition }) => `${topic}-${partition}`);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) throw wrong(`The file names partitions twice: ${twice.join(', ')}.`);
  return named;
}

function wrong(message: string, cause?: unknown): AdminToolError {
  return new AdminToolError(message, {
    code: 'PARTITIONS_FILE_INVALID',
    advice: `The file has this form: ${FORM}`,
    cause,
  });
}
