import type { Drill } from '../drill';
import { noElection } from './moves';

/** Losing writes in health is where others have failed (Bufstream 0.1.0). */
export const noFault: Drill = {
  id: 'D00',
  name: 'no-fault',
  title: 'Nothing happens for a while.',
  cluster: { sessionTimeoutMs: 10_000 },
  workload: { loose: true, churn: true },
  budget: { unavailabilityMs: 2000 },
  faults: ({ wait }) => wait(20_000),
  checks: noElection(),
};
