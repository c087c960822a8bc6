import type { Api } from '../../client/protocol/api';
import { BucketCounts } from './bucket-counts';

class Traffic {
  requestBytes = 0;
  responseBytes = 0;
  answered = 0;
  readonly seconds = new BucketCounts();

  constructor(readonly name: string) {}
}

/** Counts requests by API; on the path of every request, so nothing is looked up by name. */
export class ApiTraffic {
  private readonly byKey: (Traffic | undefined)[] = [];

  received(api: Api, bytes: number): void {
    this.of(api).requestBytes += bytes;
  }

  answered(api: Api, milliseconds: number, bytes: number): void {
    const traffic = this.of(api);
    traffic.answered++;
    traffic.responseBytes += bytes;
    traffic.seconds.observe(milliseconds / 1000);
  }

  *read(
    what: 'answered' | 'requestBytes' | 'responseBytes',
  ): Iterable<readonly [{ api: string }, number]> {
    for (const traffic of this.all()) yield [{ api: traffic.name }, traffic[what]];
  }

  *readSeconds(): Iterable<readonly [{ api: string }, BucketCounts]> {
    for (const traffic of this.all()) yield [{ api: traffic.name }, traffic.seconds];
  }

  private all(): Traffic[] {
    return this.byKey.filter((traffic) => traffic !== undefined);
  }

  private of(api: Api): Traffic {
    return (this.byKey[api.key] ??= new Traffic(api.name));
  }
}
