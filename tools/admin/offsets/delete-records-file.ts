import { AdminToolError } from '../admin-tool-error';

/** Records before this offset shall go; -1 stands for all below the high watermark. */
export interface RecordsToDelete {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

const FORM = '{"partitions":[{"topic":"foo","partition":1,"offset":1}],"version":1}';

/**
 * Parses the file of kafka-delete-records.
 *
 * @throws AdminToolError when it is not of the form above or names a partition twice
 */
export function parseDeleteRecordsFile(text: string): RecordsToDelete[] {
  const root = parseJson(text);
  if (!isObject(root)) throw malformed('It is no JSON object.');
  const { version = 1, partitions } = root;
  if (version !== 1) throw malformed(`Not supported version field value ${String(version)}.`);
  if (!Array.isArray(partitions)) throw malformed('Missing partitions field.');
  const entries = partitions.map(parseEntry);
  const names = entries.map(({ topic, partition }) => `${topic}-${partition}`);
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  if (twice.length > 0) {
    const list = [...new Set(twice)].join(',');
    throw malformed(`Offset json file contains duplicate topic partitions: ${list}.`);
  }
  return entries;
}

function parseEntry(entry: unknown, index: number): RecordsToDelete {
  if (isObject(entry)) {
    const { topic, partition, offset } = entry;
    if (typeof topic === 'string' && isWhole(partition, 0) && isWhole(offset, -1)) {
      return { topic, partition, offset };
    }
  }
  throw malformed(`Entry ${index} has not all of topic, partition and offset.`);
}

function isWhole(value: unknown, least: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw malformed('The input string is not a valid JSON.', cause);
  }
}

function malformed(message: string, cause?: unknown): AdminToolError {
  const advice = `The file has this form: ${FORM}`;
  return new AdminToolError(message, { code: 'OFFSET_FILE_INVALID', advice, cause });
}
