import type { Admin } from '../../../client/admin';
import { describeError } from '../../../client/runtime/error';
import type { CommandContext } from '../../cli/command';
import { AdminToolError } from '../admin-tool-error';
import { outcomes } from '../outcomes';
import { clearThrottles } from './clear-throttles';
import { DEFAULT_TIMEOUT_MS, plural } from './execute';
import type { ReassignOptions } from './reassign-options';
import { nameOf, readReassignmentFile } from './reassignment-file';

/** `--cancel`: partitions of the file that are being moved go back to where they came from. */
export async function cancel(
  admin: Admin,
  { options, print, note }: Pick<CommandContext<ReassignOptions>, 'options' | 'print' | 'note'>,
): Promise<void> {
  const { timeout: timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const named = readReassignmentFile(options.reassignmentJsonFile as string);
  const names = new Set(named.map(nameOf));
  const ongoing = await admin.listPartitionReassignments();
  const active = ongoing.filter((one) => names.has(nameOf(one)));
  if (active.length === 0) print('None of the specified partition reassignments are active.');
  else {
    const { failures } = await outcomes(
      admin
        .alterPartitionReassignments(
          active.map(({ topic, partition }) => ({ topic, partition, replicas: null })),
          { timeoutMs },
        )
        .then(() => []),
    );
    const refused = [...failures].filter(([, error]) => !isOver(error));
    const cancelled = active
      .map(nameOf)
      .filter((name) => !refused.some(([other]) => other === name));
    if (cancelled.length > 0) {
      print(
        `Successfully cancelled partition reassignment${plural(cancelled)} for: ${cancelled.join(',')}`,
      );
    }
    if (refused.length > 0) {
      const reasons = refused.map(([name, error]) => `${name}: ${describeError(error)}`);
      throw new AdminToolError(
        `Error cancelling partition reassignment${plural(refused)} for: ${reasons.join(' ')}`,
        { code: 'REASSIGNMENT_FAILED', advice: 'The throttles have been left as they were.' },
      );
    }
  }
  if (options.preserveThrottles) return;
  if (ongoing.length > active.length) {
    note('Throttles stay while other partitions are being moved; see --list.');
    return;
  }
  await clearThrottles(admin, named, print);
}

/** It came to its end in the meantime. */
function isOver(error: Error): boolean {
  return 'code' in error && error.code === 'NO_REASSIGNMENT_IN_PROGRESS';
}
