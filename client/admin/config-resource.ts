import type { apis } from '../protocol/apis';
import { ConfigResourceType } from '../protocol/messages/describe-configs';
import type { Api, RequestInput, ResponseOf } from '../protocol/api';
import type { Cluster } from '../network';

/** What configs belong to. */
export interface ConfigResource {
  type: 'TOPIC' | 'BROKER' | 'BROKER_LOGGER';
  /** Topic name or broker id; for type BROKER empty for the default of all brokers. */
  name: string;
}

export function nameOfResource({ type, name }: ConfigResource): string {
  return `${type} ${name === '' ? '(default)' : name}`;
}

/** A resource's type and name as the wire has them. */
export function wireResource({ type, name }: ConfigResource) {
  return { resourceType: ConfigResourceType[type], resourceName: name };
}

/** The one of the resources a reply is about. */
export function replyFor<R extends { resourceType: number; resourceName: string }>(
  replies: readonly R[],
  resource: ConfigResource,
): R | undefined {
  const { resourceType, resourceName } = wireResource(resource);
  return replies.find((r) => r.resourceType === resourceType && r.resourceName === resourceName);
}

/** The broker that has to be asked, or undefined when any will do, be it to refuse the name. */
function brokerToAsk({ type, name }: ConfigResource): number | undefined {
  return type !== 'TOPIC' && /^\d+$/.test(name) ? Number(name) : undefined;
}

/**
 * Sends a request about resources to the brokers that can answer it: one for each broker whose own
 * configs are meant, one to any broker for the rest. An error of one does not hold up the others.
 *
 * @param failed told of the resources whose request failed as a whole
 * @param brokersMayBeAbsent whether any broker is asked in place of one that is not live
 */
export async function askAboutResources<
  R extends ConfigResource,
  A extends typeof apis.DescribeConfigs | typeof apis.IncrementalAlterConfigs,
>(
  cluster: Cluster,
  api: A & Api,
  resources: readonly R[],
  bodyFor: (resources: readonly R[]) => RequestInput<A>,
  answered: (resources: readonly R[], response: ResponseOf<A>) => void,
  failed: (resource: R, error: Error) => void,
  brokersMayBeAbsent = false,
): Promise<void> {
  const groups = new Map<number | undefined, R[]>();
  for (const resource of resources) {
    const broker = brokerToAsk(resource);
    groups.set(broker, [...(groups.get(broker) ?? []), resource]);
  }
  await cluster.connect();
  const isUnknown = (broker?: number): boolean =>
    broker !== undefined && !cluster.snapshot.brokers.has(broker);
  // It may have come since the metadata was asked for.
  if ([...groups.keys()].some(isUnknown)) await cluster.refreshMetadata();
  await Promise.all(
    [...groups].map(async ([broker, group]) => {
      try {
        const body = bodyFor(group);
        answered(
          group,
          broker === undefined || (brokersMayBeAbsent && isUnknown(broker))
            ? await cluster.sendToAny(api, body)
            : await cluster.sendToBroker(broker, api, body),
        );
      } catch (error) {
        for (const resource of group) failed(resource, error as Error);
      }
    }),
  );
}
