import { formatEndpoint, type BrokerNode } from '../../../client/network';
import type { Api } from '../../../client/protocol/api';
import { highestCommon, type VersionRange } from '../../../client/protocol/version-range';

/** `host:port (id: 1 rack: null)`, as Kafka writes a broker. */
export function formatBroker(broker: BrokerNode): string {
  return `${formatEndpoint(broker)} (id: ${broker.nodeId} rack: ${broker.rack})`;
}

/** What kafka-broker-api-versions prints about a broker, as Kafka's NodeApiVersions does. */
export function formatApiVersions(
  broker: BrokerNode,
  versions: ReadonlyMap<number, VersionRange>,
  known: readonly Api[],
): string {
  const lines = apiVersionsByKey(versions, known).map(versionText);
  return `${formatBroker(broker)} -> (\n\t${lines.join(',\n\t')}\n)`;
}

/** What is known about one API, on either side. */
export interface ApiSupport {
  readonly key: number;
  /** Undefined when this client does not know it. */
  readonly name: string | undefined;
  /** Versions of the broker; undefined when it does not answer it. */
  readonly broker: VersionRange | undefined;
  /** The version the two would speak. */
  readonly usable: number | undefined;
  /** Versions of this client. */
  readonly client: VersionRange | undefined;
}

/** All APIs that broker or client know, by key. */
export function apiVersionsByKey(
  versions: ReadonlyMap<number, VersionRange>,
  known: readonly Api[],
): ApiSupport[] {
  const apis = new Map(known.map((api) => [api.key, api]));
  const keys = [...new Set([...versions.keys(), ...apis.keys()])].sort((a, b) => a - b);
  return keys.map((key) => {
    const broker = versions.get(key);
    const client = apis.get(key)?.versions;
    const usable = broker && client && highestCommon(broker, client);
    return { key, name: apis.get(key)?.name, broker, client, usable };
  });
}

/** The same as an object for `--json`. */
export function apiVersionsAsJson(
  { nodeId, host, port, rack }: BrokerNode,
  versions: ReadonlyMap<number, VersionRange>,
  known: readonly Api[],
): object {
  const apis = apiVersionsByKey(versions, known).map(({ key, name, broker, usable }) => ({
    apiKey: key,
    name: name ?? null,
    minVersion: broker?.min ?? null,
    maxVersion: broker?.max ?? null,
    usable: usable ?? null,
  }));
  return { broker: nodeId, host, port, rack, apis };
}

function versionText({ key, name, broker, client, usable }: ApiSupport): string {
  if (!broker) return `${name}(${key}): UNSUPPORTED`;
  const range = broker.min === broker.max ? `${broker.min}` : `${broker.min} to ${broker.max}`;
  if (!client) return `UNKNOWN(${key}): ${range}`;
  return `${name}(${key}): ${range} [${usability(usable, broker, client)}]`;
}

function usability(usable: number | undefined, broker: VersionRange, client: VersionRange): string {
  if (usable !== undefined) return `usable: ${usable}`;
  return broker.min > client.max ? 'unusable: node too new' : 'unusable: node too old';
}
