import { UsageError } from '../../cli/usage-error';

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(Z|[+-]\d{2}(?::?\d{2})?)?$/;

const DURATION =
  /^([-+]?)P(?:([-+]?\d+)D)?(?:T(?=[-+\d])(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+(?:[.,]\d{0,9})?)S)?)?$/i;

/**
 * `--to-datetime`: UTC when no zone follows (Utils.getDateTime).
 *
 * @returns milliseconds since the epoch
 * @throws UsageError
 */
export function parseDateTime(text: string): number {
  const match = DATE_TIME.exec(text);
  const zone = match?.at(1);
  const withZone = zone === undefined ? `${text}Z` : text.slice(0, -zone.length) + longZone(zone);
  const time = match ? Date.parse(withZone) : NaN;
  if (!Number.isNaN(time) && isOnCalendar(text)) return time;
  throw new UsageError(
    `"${text}" in --to-datetime is not a time.`,
    'Write YYYY-MM-DDTHH:mm:ss.sss, with a zone like +02:00 unless UTC is meant.',
  );
}

/**
 * `--by-duration`, as java.time.Duration reads it; a day has 24 hours.
 *
 * @returns milliseconds
 * @throws UsageError
 */
export function parseDuration(text: string): number {
  const match = DURATION.exec(text);
  const parts = match?.slice(2) ?? [];
  if (!match || parts.every((part) => part === undefined)) {
    throw new UsageError(
      `"${text}" in --by-duration is not a duration.`,
      'Write PnDTnHnMnS: PT30M for half an hour, P7D for a week.',
    );
  }
  const [days, hours, minutes, seconds] = parts.map((part: string | undefined) =>
    Number((part ?? '0').replace(',', '.')),
  );
  const ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  return Math.round(match[1] === '-' ? -ms : ms);
}

/** `+02` and `+0200` as JavaScript reads them. */
function longZone(zone: string): string {
  if (zone === 'Z') return zone;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** JavaScript takes the 31st of February for the 3rd of March. */
function isOnCalendar(text: string): boolean {
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
