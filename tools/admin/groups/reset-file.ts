import type { PartitionItem } from '../../../client/admin';
import { readTextFile } from '../../cli/text-file';
import { AdminToolError } from '../admin-tool-error';

export interface ResetOffset extends PartitionItem {
  readonly offset: number;
}

/** Where groups shall go on, by group id. */
export type ResetPlan = ReadonlyMap<string, readonly ResetOffset[]>;

/**
 * Reads what `--export` has printed: `topic,partition,offset` for one group, with the group before
 * it for several.
 *
 * @param groupIds the groups asked for
 * @throws FileUnreadableError; AdminToolError RESET_FILE_INVALID
 */
export function readResetFile(path: string, groupIds: readonly string[]): ResetPlan {
  return parseResetFile(readTextFile(path), groupIds);
}

/**
 * The last line for a partition counts.
 *
 * @throws AdminToolError RESET_FILE_INVALID
 */
export function parseResetFile(text: string, groupIds: readonly string[]): ResetPlan {
  const plan = new Map<string, Map<string, ResetOffset>>();
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return;
    const cells = cellsOf(line);
    const [group, topic, partition, offset] = cells.length === 3 ? ['', ...cells] : cells;
    if (cells.length < 3 || cells.length > 4 || !isCount(partition) || !isCount(offset)) {
      throw wrong(`Line ${index + 1} is not [group,]topic,partition,offset: ${line}`);
    }
    if (group === '' && groupIds.length !== 1) {
      throw wrong(`Line ${index + 1} names no group, and several were asked for: ${line}`);
    }
    const id = group === '' ? groupIds[0] : group;
    const entry = { topic, partition: Number(partition), offset: Number(offset) };
    const ofGroup = plan.get(id) ?? new Map<string, ResetOffset>();
    plan.set(id, ofGroup.set(`${entry.topic}-${entry.partition}`, entry));
  });
  return new Map([...plan].map(([id, offsets]) => [id, [...offsets.values()]]));
}

/** The same the other way round. */
export function formatResetPlan(plan: ResetPlan, withGroup: boolean): string[] {
  return [...plan].flatMap(([group, offsets]) =>
    offsets.map(({ topic, partition, offset }) =>
      [...(withGroup ? [quoted(group)] : []), quoted(topic), partition, offset].join(','),
    ),
  );
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Cells of a line of CSV; quotes hold cells with commas together, two of them mean one. */
function cellsOf(line: string): string[] {
  const cells = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g);
  return [...cells].map(([, inQuotes, plain]) => inQuotes?.replaceAll('""', '"') ?? plain.trim());
}

function isCount(text: string | undefined): boolean {
  return text !== undefined && /^\d+$/.test(text) && Number.isSafeInteger(Number(text));
}

function wrong(message: string, cause?: unknown): AdminToolError {
  return new AdminToolError(message, {
    code: 'RESET_FILE_INVALID',
    advice: 'Make the file with --reset-offsets --export --dry-run.',
    cause,
  });
}
