import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SEGMENT = /^\d{20}\.log$/;

/** The segment files below a log directory. */
function segmentsOf(logDir: string): string[] {
  if (!existsSync(logDir)) return [];
  return readdirSync(logDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(join(logDir, name))
        .filter((file) => SEGMENT.test(file))
        .map((file) => join(logDir, name, file)),
    );
}

/** Before a broker starts: what lies there has been safe for long. */
export function noteSafe(logDir: string, note: string): void {
  writeFileSync(note, '');
  for (const path of segmentsOf(logDir)) appendFileSync(note, `${statSync(path).size} ${path}\n`);
}

/**
 * Does to a dead broker's segments what a power cut would have done: cuts off what was written
 * after the last flush, as the broker's flushes were noted.
 *
 * @returns bytes that are gone
 */
export function loseUnflushed(logDir: string, note: string): number {
  const safe = new Map<string, number>();
  // Who has flushed nothing may have noted nothing.
  const notes = existsSync(note) ? readFileSync(note, 'utf8') : '';
  for (const line of notes.split('\n')) {
    const [, size, path] = /^(\d+) (.+)$/.exec(line) ?? [];
    if (path !== undefined) safe.set(path, Number(size));
  }
  let lost = 0;
  for (const path of segmentsOf(logDir)) {
    const { size } = statSync(path);
    const kept = Math.min(size, safe.get(path) ?? 0);
    truncateSync(path, kept);
    lost += size - kept;
  }
  return lost;
}
