import type { BrokerNode, Cluster } from '../network';
import type { AdminCallOptions } from './call-options';
import { settleEach } from './settle-each';

/**
 * Asks several brokers the same, each on its own; one that fails does not hold up the others.
 *
 * @param brokerIds those to ask; undefined for all live ones
 */
export async function askBrokers<Result>(
  cluster: Cluster,
  what: string,
  brokerIds: readonly number[] | undefined,
  ask: (broker: BrokerNode) => Promise<Result>,
  { timeoutMs }: AdminCallOptions,
): Promise<Result[]> {
  const ids = brokerIds ?? (await liveBrokers(cluster, what, timeoutMs));
  return settleEach<number, Result>(cluster, {
    what,
    items: ids,
    nameOf: (id) => `broker ${id}`,
    timeoutMs,
    attempt: async ({ items, report }) => {
      if (items.some((id) => !cluster.snapshot.brokers.has(id))) await cluster.refreshMetadata();
      await Promise.all(
        items.map(async (id) => {
          try {
            const connection = await cluster.connection(id);
            const broker = cluster.snapshot.brokers.get(id) ?? {
              ...connection.endpoint,
              nodeId: id,
              rack: null,
            };
            report.done(id, await ask(broker));
          } catch (error) {
            report.failed(id, error as Error);
          }
        }),
      );
    },
  });
}

async function liveBrokers(cluster: Cluster, what: string, timeoutMs?: number): Promise<number[]> {
  const { brokers } = await cluster.retrying(what, () => cluster.refreshMetadata(), { timeoutMs });
  return [...brokers.keys()].sort((a, b) => a - b);
}
