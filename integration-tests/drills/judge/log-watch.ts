import type { BrokerEvent, DrillCluster } from '../drill-cluster';

/** Lines no broker may ever write, whatever goes wrong around it. */
const FORBIDDEN = new Set([
  'request-failed',
  'response-callback-failed',
  'leader-elected-uncleanly',
  'partition-move-refused',
  'replica-move-refused',
  'zk-malformed-znode',
  'zk-watcher-threw',
  'zk-listener-threw',
]);

/** Errors that tell of a fault and not of a mistake: what it means for clients is measured. */
const HONEST = new Set(['partition-offline']);

/** pino's number for errors. */
const ERROR = 50;

/**
 * Reads what the brokers have logged: nobody may say what must not be, no two brokers may have led
 * a partition in the same epoch (I3), and errors are only those the drill allows.
 */
export async function readLogs(
  cluster: DrillCluster,
  topics: readonly string[],
  allowedErrors: readonly string[],
): Promise<string[]> {
  const problems = new Set<string>();
  const leaders = new Map<string, number>();
  for (const broker of cluster.brokers) {
    for (const line of await broker.events()) {
      const { event = '', level = 0 } = line;
      const bad =
        FORBIDDEN.has(event) ||
        (level >= ERROR && !HONEST.has(event) && !allowedErrors.includes(event));
      if (bad) problems.add(`${broker.name} logged ${event}: ${told(line)}`);
      const reign = event === 'leader-elected' ? reignOf(broker.id, line, topics) : undefined;
      if (reign === undefined) continue;
      const other = leaders.get(reign) ?? broker.id;
      if (other !== broker.id) problems.add(`brokers ${other} and ${broker.id} both led ${reign}`);
      leaders.set(reign, broker.id);
    }
  }
  return [...problems].slice(0, 20);
}

/** Controllers log elections too, with the number of the partition alone. */
function reignOf(id: number, line: BrokerEvent, topics: readonly string[]): string | undefined {
  const { partition, leader, leaderEpoch } = line;
  if (leader !== id || typeof partition !== 'string') return undefined;
  const topic = partition.slice(0, partition.lastIndexOf('-'));
  return topics.includes(topic) ? `${partition} in epoch ${String(leaderEpoch)}` : undefined;
}

function told({ msg, error, stack, err }: BrokerEvent): string {
  const said = [msg, error, stack, err === undefined ? undefined : JSON.stringify(err)];
  return said
    .filter((one) => typeof one === 'string')
    .join(' ')
    .slice(0, 1000);
}
