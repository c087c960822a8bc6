import type { CommandContext } from './command';

type Told = Pick<CommandContext<unknown>, 'signal' | 'note' | 'atSecondSignal'>;

/**
 * For tools that send records: says at the first signal how many acknowledgements are still waited
 * for, and at the second one, which ends the process, how many have not come.
 *
 * @param count records that are sent and neither acknowledged nor failed
 */
export function tellUnacknowledged(
  { signal, note, atSecondSignal }: Told,
  count: () => number,
): void {
  signal.addEventListener('abort', () => {
    const left = count();
    if (left === 0) return;
    const which = left === 1 ? '1 record that is' : `${left} records that are`;
    const them = left === 1 ? 'it' : 'them';
    note(`Waiting for ${which} not acknowledged yet; press Ctrl-C again to give ${them} up.`);
  });
  atSecondSignal(() => {
    const left = count();
    if (left > 0)
      note(
        left === 1 ? '1 record was not acknowledged.' : `${left} records were not acknowledged.`,
      );
  });
}
