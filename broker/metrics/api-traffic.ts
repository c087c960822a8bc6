import type { Api } from '../../client/protocol/api';
import type { WireCodec } from '../../client/protocol/wire-codec';
import { BucketCounts } from './bucket-counts';

type Protocol = WireCodec['name'];

class Traffic {
  requestBytes = 0;
  responseBytes = 0;
  answered = 0;
  readonly seconds = new BucketCounts();
  /** Requests by version. */
  readonly versions: Record<Protocol, number[]> = { kafka: [], msgpack: [] };

  constructor(readonly name: string) {}
}

/** Counts requests by API; on the path of every request, so nothing is looked up by name. */
export class ApiTraffic {
  private readonly byKey: (Traffic | undefined)[] = [];

  received(api: Api, version: number, bytes: number, protocol: Protocol): void {
    const traffic = this.of(api);
    traffic.requestBytes += bytes;
    // ApiVersions is answered whatever its version: whoever makes versions up makes no series.
    if (version > api.versions.max) return;
    const counts = traffic.versions[protocol];
    counts[version] = (counts[version] ?? 0) + 1;
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

  *readVersions(): Iterable<
    readonly [{ api: string; version: string; protocol: Protocol }, number]
  > {
    for (const { name, versions } of this.all()) {
      for (const protocol of ['kafka', 'msgpack'] as const) {
        for (const [version, count] of versions[protocol].entries()) {
          // Versions that nobody has asked for are holes.
          if (count) yield [{ api: name, version: String(version), protocol }, count];
        }
      }
    }
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
