import type { Drill } from '../drill';
import { compaction } from './compaction';
import { cuts } from './cuts';
import { disks } from './disks';
import { ensemble } from './ensemble';
import { groupDrills } from './groups';
import { kills } from './kills';
import { linkDrills } from './links';
import { moving } from './moving';
import { noFault } from './no-fault';
import { pauses } from './pauses';
import { powerCuts } from './power-cuts';
import { replayed } from './producers';
import { soak } from './soak';
import { topics } from './topics';

/** All drills, in the order of their ids. docs/drills.md says what each is for. */
export const catalogue: readonly Drill[] = [
  noFault,
  ...kills,
  ...powerCuts,
  ...pauses,
  ...cuts,
  ...ensemble,
  ...moving,
  ...topics,
  ...disks,
  ...groupDrills,
  ...linkDrills,
  replayed,
  soak,
  ...compaction,
].sort((one, other) => (one.id < other.id ? -1 : 1));
