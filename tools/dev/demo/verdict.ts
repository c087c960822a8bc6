import { KafkaClassicError } from '../../../client/runtime/error';
import { boxedTable } from '../../cli/table';
import type { KeyPlaces } from './key-places';
import type { Tally } from './tally';

/** What was read back is not what was sent. */
export class RoundTripError extends KafkaClassicError {
  constructor(problems: readonly string[], advice: string) {
    super(problems.join(' '), { code: 'ROUND_TRIP_MISMATCH', retriable: false, advice });
  }
}

/**
 * `20000 lines sent, 20000 read back, every key in one partition`.
 *
 * @param partitions their numbers
 * @throws RoundTripError that names each difference
 */
export function verdict(
  sent: Tally,
  read: Tally,
  keys: KeyPlaces,
  partitions: readonly number[],
): string {
  const problems: string[] = [];
  if (read.lines !== sent.lines) {
    problems.push(`${sent.lines} lines were sent, ${read.lines} were read back.`);
  }
  for (const partition of partitions) {
    if (read.in(partition) === sent.in(partition)) continue;
    problems.push(
      `Partition ${partition} took ${sent.in(partition)} and gave ${read.in(partition)}.`,
    );
  }
  if (read.checksum !== sent.checksum) problems.push('What they hold is not the same.');
  if (keys.scatteredKeys > 0) {
    problems.push(`${keys.scatteredKeys} keys are in more than one partition.`);
  }
  if (problems.length === 0) {
    return `${sent.lines} lines sent, ${read.lines} read back, every key in one partition`;
  }
  throw new RoundTripError(
    problems,
    'Did somebody else write to the topic meanwhile, or add partitions to it? Otherwise look into ' +
      "the broker's log.",
  );
}

/** Lines, keys and offsets by partition. */
export function partitionTable(
  sent: Tally,
  read: Tally,
  keys: KeyPlaces,
  partitions: readonly { partition: number; offset: number }[],
): string {
  return boxedTable(
    [
      { header: 'Partition' },
      { header: 'Sent', align: 'right' },
      { header: 'Read back', align: 'right' },
      { header: 'Keys', align: 'right' },
      { header: 'First offset', align: 'right' },
    ],
    [
      ...partitions.map(({ partition, offset }) => [
        partition,
        sent.in(partition),
        read.in(partition),
        keys.keysIn(partition),
        offset,
      ]),
      [
        'all',
        sent.lines,
        read.lines,
        partitions.reduce((sum, { partition }) => sum + keys.keysIn(partition), 0),
        '',
      ],
    ],
  );
}
