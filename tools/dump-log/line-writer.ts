import { once } from 'node:events';
import type { Writable } from 'node:stream';

const BATCH_CHARACTERS = 64 * 1024;

/** Writes many lines in few writes, and waits when the reader is slower. */
export class LineWriter {
  private lines: string[] = [];
  private characters = 0;

  constructor(private readonly out: Writable) {}

  line(text: string): Promise<void> | void {
    this.lines.push(text);
    this.characters += text.length;
    if (this.characters >= BATCH_CHARACTERS) return this.flush();
  }

  async flush(): Promise<void> {
    if (this.lines.length === 0) return;
    const text = `${this.lines.join('\n')}\n`;
    this.lines = [];
    this.characters = 0;
    if (!this.out.write(text)) await once(this.out, 'drain');
  }
}
