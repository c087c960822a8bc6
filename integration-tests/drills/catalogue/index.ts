import type { Drill } from '../drill';
import { leaderKill } from './leader-kill';
import { noFault } from './no-fault';

/** All drills, in the order of their ids. docs/drills.md says what each is for. */
export const catalogue: readonly Drill[] = [noFault, leaderKill];
