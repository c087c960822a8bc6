import { Writable } from 'node:stream';
import pino from 'pino';
import type { Logger } from '../../client/runtime/logger';

export type LogFormat = 'json' | 'text';

/** pino's numbers for levels, as they appear in its lines. */
const levelNames: Record<number, string> = { 20: 'DEBUG', 30: 'INFO', 40: 'WARN', 50: 'ERROR' };
const hidden = new Set(['level', 'time', 'msg', 'event', 'pid', 'hostname', 'stack']);

/**
 * The log of a server process on stdout: JSON lines for machines, or one readable line per event
 * for people.
 *
 * @param level least level written: `debug`, `info`, `warn` or `error`
 */
export function serverLog(format: LogFormat, level: string, out: NodeJS.WritableStream): Logger {
  const options = { level, base: null };
  return format === 'json' ? pino(options, out) : pino(options, readable(out));
}

function readable(out: NodeJS.WritableStream): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      const line = JSON.parse(chunk.toString()) as Record<string, unknown>;
      out.write(`${formatLine(line)}\n`, () => done());
    },
  });
}

/** `[2026-11-21 08:00:00,123] INFO Broker 1 is serving. (broker-started broker=1 ms=312)` */
export function formatLine(line: Record<string, unknown>): string {
  const { level, time, msg, event, stack } = line;
  const stamp = new Date(time as number).toISOString().replace('T', ' ').replace('.', ',');
  const facts = Object.entries(line)
    .filter(([name]) => !hidden.has(name))
    .map(
      ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
  const head = `[${stamp.slice(0, -1)}] ${levelNames[level as number] ?? level} ${msg}`;
  const tail = event === undefined ? '' : ` (${event}${facts.join('')})`;
  return `${head}${tail}${stack === undefined ? '' : `\n${stack}`}`;
}
