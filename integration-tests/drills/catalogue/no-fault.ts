import type { Drill } from '../drill';

/** Losing writes in health is where others have failed (Bufstream 0.1.0). */
export const noFault: Drill = {
  id: 'D00',
  name: 'no-fault',
  title: 'Nothing happens for a while.',
  budget: { unavailabilityMs: 1000 },
  faults: ({ wait }) => wait(20_000),
};
