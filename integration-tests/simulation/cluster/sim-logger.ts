import type { Logger } from '../../../client/runtime/logger';
import type { Trace } from '../time/trace';

/** Fields that say which line of its kind it is; the others would make the trace hard to read. */
const SHOWN = [
  'topic',
  'partition',
  'leader',
  'leaderEpoch',
  'isr',
  'broker',
  'epoch',
  'group',
  'generation',
  'member',
  'reason',
  'state',
  'error',
];

/** A logger whose lines, from `info` on, are lines of the trace. */
export class SimLogger implements Logger {
  constructor(
    private readonly trace: Trace,
    private readonly name: string,
    private readonly onEvent: (fields: object) => void,
    private readonly bindings: Record<string, unknown> = {},
  ) {}

  debug(): void {}

  info(fields: object, message: string): void {
    this.write(fields, message);
  }

  warn(fields: object, message: string): void {
    this.write(fields, message);
  }

  error(fields: object, message: string): void {
    this.write(fields, message);
  }

  child(bindings: Record<string, unknown>): Logger {
    return new SimLogger(this.trace, this.name, this.onEvent, { ...this.bindings, ...bindings });
  }

  private write(fields: object, message: string): void {
    const all = { ...this.bindings, ...fields } as Record<string, unknown>;
    this.onEvent(all);
    const facts = SHOWN.filter((field) => all[field] !== undefined)
      .map((field) => `${field}=${asText(all[field])}`)
      .join(' ');
    this.trace.line(`${this.name} ${asText(all['event'] ?? message)} ${facts}`);
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
