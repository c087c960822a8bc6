import { crc32c } from '../../../client/records';

/** Lines kept for people. */
const KEPT_LINES = 400;

/**
 * A fingerprint of everything that happened, in its order: two runs with the same one went the same
 * way. The last lines are kept to be looked at.
 */
export class Trace {
  private hash = 0x811c9dc5;
  private readonly kept: string[] = [];

  /**
   * @param now virtual time
   * @param onLine is given every line, for `--verbose`
   */
  constructor(
    private readonly now: () => number,
    private readonly onLine?: (line: string) => void,
  ) {}

  /** Something worth a line. */
  line(text: string): void {
    const line = `${this.now().toFixed(2).padStart(10)} ${text}`;
    for (let i = 0; i < line.length; i++) this.mix(line.charCodeAt(i));
    this.kept.push(line);
    if (this.kept.length > 2 * KEPT_LINES) this.kept.splice(0, KEPT_LINES);
    this.onLine?.(line);
  }

  /** Bytes on their way on a connection. */
  bytes(connection: number, bytes: Buffer): void {
    this.mix(connection);
    this.mix(Math.round(this.now() * 1000));
    this.mix(crc32c(bytes));
  }

  /** Eight hexadecimal digits. */
  get fingerprint(): string {
    return (this.hash >>> 0).toString(16).padStart(8, '0');
  }

  get lines(): readonly string[] {
    return this.kept.slice(-KEPT_LINES);
  }

  private mix(value: number): void {
    this.hash = Math.imul(this.hash ^ value, 0x01000193) ^ (this.hash >>> 15);
  }
}
