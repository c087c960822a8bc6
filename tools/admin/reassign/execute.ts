import type { Admin } from '../../../client/admin';
import { describeError } from '../../../client/runtime/error';
import type { CommandContext } from '../../cli/command';
import { AdminToolError } from '../admin-tool-error';
import { outcomes } from '../outcomes';
import { clearThrottles } from './clear-throttles';
import { assignmentsOfPartitions } from './current-assignments';
import { mustBeLive } from './generate';
import { allMoves } from './moves';
import type { ReassignOptions } from './reassign-options';
import { formatAssignments, nameOf, readReassignmentFile } from './reassignment-file';
import { setThrottle, throttleFor } from './throttle';

/** Below this a move hardly gets anywhere. */
const LEAST_SENSIBLE_THROTTLE = 1024;
export const DEFAULT_TIMEOUT_MS = 10_000;

/** `--execute`: tells how to go back, throttles, and begins. */
export async function execute(
  admin: Admin,
  { options, print, note }: Pick<CommandContext<ReassignOptions>, 'options' | 'print' | 'note'>,
): Promise<void> {
  const proposed = readReassignmentFile(options.reassignmentJsonFile as string);
  const ongoing = await admin.listPartitionReassignments();
  if (ongoing.length > 0 && !options.additional) {
    throw new AdminToolError(
      `Cannot execute because others are being moved already: ${nameOf(ongoing[0])}${more(ongoing)}.`,
      {
        code: 'REASSIGNMENT_IN_PROGRESS',
        advice:
          'Wait until that is done. With --additional this is begun beside it; with the same file ' +
          'and another --throttle that changes the throttle.',
      },
    );
  }
  const { brokers } = await admin.describeCluster();
  mustBeLive(
    proposed.flatMap(({ replicas }) => replicas),
    brokers.map(({ nodeId }) => nodeId),
  );
  const current = await assignmentsOfPartitions(admin, proposed, ongoing);
  print(`Current partition replica assignment\n\n${formatAssignments(current)}\n`);
  print('Save this to use as the --reassignment-json-file option during rollback');

  const { throttle: rate, timeout: timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  if (rate !== undefined) {
    if (rate < LEAST_SENSIBLE_THROTTLE) note(`WARN A throttle of ${rate} B/s is very low.`);
    print(
      'Warning: Run --verify until all is done. It removes the throttle, and nothing else does.',
    );
    const throttle = throttleFor(allMoves(ongoing, proposed, current));
    try {
      await setThrottle(admin, throttle, rate);
    } catch (error) {
      if (ongoing.length === 0) await clearThrottles(admin, proposed, () => {}).catch(() => {});
      throw error;
    }
    print(`The inter-broker throttle limit was set to ${rate} B/s`);
  }
  const { failures } = await outcomes(
    admin.alterPartitionReassignments(proposed, { timeoutMs }).then(() => []),
  );
  const begun = proposed.map(nameOf).filter((name) => !failures.has(name));
  if (begun.length > 0) {
    print(`Successfully started partition reassignment${plural(begun)} for ${begun.join(',')}`);
  }
  if (failures.size === 0) return;
  // A throttle for nothing would wait for the next thing that is moved.
  if (begun.length === 0 && ongoing.length === 0 && rate !== undefined) {
    await clearThrottles(admin, proposed, print);
  }
  const reasons = [...failures].map(([name, error]) => `${name}: ${describeError(error)}`);
  throw new AdminToolError(`Error reassigning partition(s): ${reasons.join(' ')}`, {
    code: 'REASSIGNMENT_FAILED',
    advice: 'The reasons are those of the controller.',
  });
}

export function plural(things: { readonly length: number }): string {
  return things.length === 1 ? '' : 's';
}

function more({ length }: { readonly length: number }): string {
  return length > 1 ? ` and ${length - 1} more` : '';
}
