import { UsageError } from '../cli/usage-error';

type Part = (date: Date) => string;

const digits =
  (read: (date: Date) => number): ((width: number) => Part) =>
  (width) =>
  (date) =>
    String(read(date)).padStart(width, '0');

/** The letters of Java's SimpleDateFormat that stand for numbers of a local time. */
const LETTERS: Readonly<Record<string, (width: number) => Part>> = {
  y: (width) => (date) => {
    const year = String(date.getFullYear());
    return width === 2 ? year.slice(-2) : year.padStart(width, '0');
  },
  M: digits((date) => date.getMonth() + 1),
  d: digits((date) => date.getDate()),
  H: digits((date) => date.getHours()),
  h: digits((date) => date.getHours() % 12 || 12),
  m: digits((date) => date.getMinutes()),
  s: digits((date) => date.getSeconds()),
  S: digits((date) => date.getMilliseconds()),
  a: () => (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
};

/** Text in quotes (`''` is one quote), a run of one letter, anything else. */
const TOKEN = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/gy;

/**
 * Formats times, in milliseconds since 1970, by a pattern of Java's SimpleDateFormat.
 *
 * @throws UsageError for letters it does not know: names of months and days, time zones
 */
export function dateFormat(pattern: string): (time: number) => string {
  const parts: Part[] = [];
  let parsed = 0;
  for (const [token, quoted, letter] of pattern.matchAll(TOKEN)) {
    parts.push(partOf(pattern, token, quoted, letter));
    parsed += token.length;
  }
  if (parsed < pattern.length) throw wrong(pattern, 'a quote is not closed');
  return (time) => {
    const date = new Date(time);
    return parts.map((part) => part(date)).join('');
  };
}

function partOf(
  pattern: string,
  token: string,
  quoted: string | undefined,
  letter: string | undefined,
): Part {
  if (quoted !== undefined) {
    const text = quoted === '' ? "'" : quoted.replaceAll("''", "'");
    return () => text;
  }
  if (letter === undefined) return () => token;
  const isName = letter === 'M' && token.length > 2;
  if (!Object.hasOwn(LETTERS, letter) || isName) throw wrong(pattern, `it has ${token}`);
  return LETTERS[letter](token.length);
}

function wrong(pattern: string, why: string): UsageError {
  return new UsageError(
    `The date format ${pattern} cannot be used: ${why}.`,
    'Use y, M, d, H, h, a, m, s and S, and put other letters into quotes.',
  );
}
