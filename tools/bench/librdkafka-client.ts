import { runProgram } from '../dev/run-program';
import type { Load, LoadClient } from './load-client';

/** librdkafka-load.c, compiled, in a process of its own for each load. */
export class LibrdkafkaClient implements LoadClient {
  constructor(
    private readonly program: string,
    private readonly port: number,
  ) {}

  async produce(load: Load, rate: number) {
    const [seconds, p50Ms, p99Ms] = await this.run('produce', load, String(rate));
    return { seconds, p50Ms, p99Ms };
  }

  async consume(load: Load): Promise<number> {
    const [seconds] = await this.run('consume', load);
    return seconds;
  }

  private async run(what: string, load: Load, ...more: string[]): Promise<number[]> {
    const { topic, records, recordBytes } = load;
    const args = [what, `127.0.0.1:${this.port}`, topic, String(records), String(recordBytes)];
    const { code, output } = await runProgram(this.program, [...args, ...more]);
    const figures = output.trim().split(' ').map(Number);
    if (code !== 0 || figures.some(Number.isNaN)) {
      throw new Error(`librdkafka ended with ${code}: ${output}`);
    }
    return figures;
  }
}
