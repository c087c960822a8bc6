import type { PartitionItem } from '../../../client/admin';
import { AdminToolError } from '../admin-tool-error';
import { duplicates } from './duplicates';
import { isObject, readJsonFile } from './json-file';

/** Where a partition lies or shall lie. */
export interface Assignment extends PartitionItem {
  /** Broker ids, the preferred leader first. */
  readonly replicas: readonly number[];
}

const FORM = '{"partitions":[{"topic":"foo","partition":1,"replicas":[1,2,3]}],"version":1}';
/** In "log_dirs": the broker chooses. */
const ANY_LOG_DIR = 'any';

/** @throws FileUnreadableError; AdminToolError REASSIGNMENT_FILE_INVALID */
export function readReassignmentFile(path: string): Assignment[] {
  return assignmentsOf(readJsonFile(path, wrong));
}

/** As {@link readReassignmentFile}, of what is in the file. */
export function assignmentsOf(root: unknown): Assignment[] {
  if (!isObject(root)) throw wrong('The file is no JSON object.');
  const { version = 1, partitions = [] } = root;
  if (version !== 1) throw wrong(`Not supported version field value ${JSON.stringify(version)}.`);
  if (!Array.isArray(partitions)) throw wrong('"partitions" is no list.');
  if (partitions.length === 0) throw wrong('Partition reassignment list cannot be empty.');
  const assignments = partitions.map(assignmentOf);
  const twice = duplicates(assignments.map(nameOf));
  if (twice.length > 0) {
    throw wrong(`Partition reassignment contains duplicate topic partitions: ${twice.join(', ')}.`);
  }
  return inOrder(assignments);
}

/** The text of a file that {@link readReassignmentFile} reads, in one line. */
export function formatAssignments(assignments: readonly Assignment[]): string {
  const partitions = inOrder(assignments).map(({ topic, partition, replicas }) => ({
    topic,
    partition,
    replicas,
    log_dirs: replicas.map(() => ANY_LOG_DIR),
  }));
  return JSON.stringify({ version: 1, partitions });
}

export function nameOf({ topic, partition }: PartitionItem): string {
  return `${topic}-${partition}`;
}

/** By topic, then by number. */
export function inOrder<Item extends PartitionItem>(items: readonly Item[]): Item[] {
  const order = (a: Item, b: Item): number =>
    a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1;
  return [...items].sort(order);
}

function assignmentOf(entry: unknown, index: number): Assignment {
  if (!isObject(entry)) throw wrong(`Entry ${index} of "partitions" is no object.`);
  const { topic, partition, replicas, log_dirs: logDirs } = entry;
  if (typeof topic !== 'string' || !isId(partition) || !Array.isArray(replicas)) {
    throw wrong(`Entry ${index} has not all of topic, partition and replicas.`);
  }
  const name = nameOf({ topic, partition });
  if (!replicas.every(isId)) throw wrong(`The replicas of ${name} are not all broker ids.`);
  if (replicas.length === 0) throw wrong(`Partition replica list of ${name} cannot be empty.`);
  const twice = duplicates(replicas);
  if (twice.length > 0) {
    throw wrong(`${name} has several replicas on the same broker: ${twice.join(', ')}.`);
  }
  if (logDirs !== undefined) checkLogDirs(name, logDirs, replicas.length);
  return { topic, partition, replicas };
}

function checkLogDirs(name: string, logDirs: unknown, count: number): void {
  if (!Array.isArray(logDirs) || logDirs.length !== count) {
    throw wrong(`"log_dirs" of ${name} has not one entry for each replica.`);
  }
  const chosen: unknown = logDirs.find((dir) => dir !== ANY_LOG_DIR);
  if (chosen === undefined) return;
  throw wrong(
    `"log_dirs" of ${name} asks for ${JSON.stringify(chosen)}, but log directories cannot be chosen in this version: write "${ANY_LOG_DIR}".`,
  );
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0x7fff_ffff;
}

function wrong(message: string, cause?: unknown): AdminToolError {
  return new AdminToolError(message, {
    code: 'REASSIGNMENT_FILE_INVALID',
    advice: `The file has this form: ${FORM}`,
    cause,
  });
}
