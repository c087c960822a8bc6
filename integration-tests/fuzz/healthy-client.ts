import { expect } from '@jest/globals';
import type { WireCodec } from '../../client/protocol/wire-codec';
import { RawClient } from '../harness/raw-client';
import { integerBatch, produce, readIntegers } from '../harness/raw-topics';

/** Somebody who does everything right, all the while. */
export class HealthyClient {
  values = 0;
  private stopped = false;

  /** @param topic one that nobody else touches, of one partition */
  constructor(
    private readonly address: string,
    private readonly topic: string,
    private readonly codec: WireCodec,
  ) {}

  async run(): Promise<void> {
    const { topic } = this;
    const client = await RawClient.connect(this.address, 'healthy', this.codec);
    while (!this.stopped) {
      const first = this.values;
      const batch = Array.from({ length: 10 }, (_, i) => first + i);
      expect(await produce(client, topic, 0, integerBatch(batch, 50))).toBe(first);
      this.values += batch.length;
      const read = await readIntegers(client, topic, 0, Math.max(0, first - 100));
      expect(read.at(-1)).toEqual({ offset: this.values - 1, value: this.values - 1 });
    }
    const all = await readIntegers(client, topic, 0);
    expect(all.map(({ value }) => value)).toEqual(Array.from(all.keys()));
    expect(all).toHaveLength(this.values);
    await client.close();
  }

  stop(): void {
    this.stopped = true;
  }
}
