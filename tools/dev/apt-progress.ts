import type { Clock } from '../../client/runtime/clock';
import { systemClock } from '../../client/runtime/clock';

const EVERY_MS = 2000;

/**
 * Makes a few lines for people of the hundreds that apt-get prints: how much is to be done, how
 * far it is every two seconds, and whatever it warns of.
 *
 * @returns what to say about the next line of apt-get, or `null` for nothing
 */
export function aptProgress(clock: Clock = systemClock): (line: string) => string | null {
  let total = 0;
  let unpacked = 0;
  let setUp = 0;
  let lastTold = clock.monotonic();
  return (line) => {
    const newly = /(\d+) newly installed/.exec(line);
    if (newly !== null) {
      total = Number(newly[1]);
      return `${total} packages to install`;
    }
    if (/^[EW]: /.test(line)) return line.trim();
    const toGet = /^Need to get (\S+ \S+)/.exec(line);
    if (toGet !== null) return `${toGet[1]} to download`;
    if (line.startsWith('Unpacking ')) unpacked++;
    else if (line.startsWith('Setting up ')) setUp++;
    else return null;
    if (clock.monotonic() - lastTold < EVERY_MS) return null;
    lastTold = clock.monotonic();
    return `${unpacked} of ${total} unpacked, ${setUp} set up`;
  };
}
