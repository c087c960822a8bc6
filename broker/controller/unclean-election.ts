import { pipelined } from '../../zk-coordination';
import type { ControllerTerm } from './controller-term';

const SETTING = 'unclean.leader.election.enable';

/**
 * Those of the topics whose leader may be elected although records are lost by it, as their configs
 * in ZooKeeper say now: what this broker has been notified of may be older than the topic.
 */
export async function topicsElectingUncleanly(
  { env }: ControllerTerm,
  topics: ReadonlySet<string>,
): Promise<Set<string>> {
  const allowed = await pipelined([...topics], async (name) => {
    const values = await env.stores.configs.get({ type: 'topics', name });
    const own = values[SETTING];
    return own === undefined ? env.configs.uncleanLeaderElectionEnable() : own === 'true';
  });
  return new Set([...topics].filter((_, index) => allowed[index]));
}
