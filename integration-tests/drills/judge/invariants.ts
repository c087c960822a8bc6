import type { DrillCluster } from '../drill-cluster';
import type { Workload } from '../workload/workload';
import type { ClusterView } from './cluster-view';

/** I1, I2: all brokers are registered, one of them is controller, every replica is in sync. */
export async function isWhole(
  cluster: DrillCluster,
  view: ClusterView,
  { shape, topic, looseTopic }: Workload,
): Promise<boolean> {
  if ((await view.registered()).size !== cluster.brokers.length) return false;
  if (!(await view.controller())) return false;
  for (const name of shape.loose ? [topic, looseTopic] : [topic]) {
    for (const state of await view.partitions(name, shape.partitions)) {
      if (!state || !state.isr.includes(state.leader)) return false;
      if (state.isr.length !== shape.replicationFactor) return false;
    }
  }
  return true;
}

/** I1, I6: the office and the registrations belong to sessions that live, each to its broker's. */
export async function invariantProblems(view: ClusterView): Promise<string[]> {
  const problems: string[] = [];
  const controller = await view.controller();
  const registered = await view.registered();
  const owners = [...registered.values()].map(({ owner }) => owner);
  if (new Set(owners).size !== owners.length) {
    problems.push('two brokers are registered by one session (I6)');
  }
  if (!controller) problems.push('there is no controller (I1)');
  else if (registered.get(controller.id)?.owner !== controller.owner) {
    problems.push(`the controller ${controller.id} is not in office by its own session (I1)`);
  }
  return problems;
}
