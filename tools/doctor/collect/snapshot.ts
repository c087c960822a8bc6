import type { ConnectionOptions } from '../../../client/network';
import type { Clock } from '../../../client/runtime/clock';
import type { Snapshot } from '../snapshot';
import { collectBrokers } from './broker-views';
import { collectDisk, type DiskToLookAt } from './disk-view';
import type { ZnodeReader } from './znode-reader';
import { collectZookeeper } from './zookeeper-view';

export interface Sources {
  readonly reader: ZnodeReader;
  /** `host:port`; empty for the registrations. */
  readonly bootstrap: readonly string[];
  readonly connections: ConnectionOptions;
  readonly disks: readonly DiskToLookAt[];
  readonly clock: Clock;
}

/** One look at everything: first what shall be, then what is. */
export async function takeSnapshot(sources: Sources): Promise<Snapshot> {
  const { reader, bootstrap, connections, disks, clock } = sources;
  const zookeeper = await collectZookeeper(reader);
  const now = clock.now();
  const [seen, diskViews] = await Promise.all([
    collectBrokers(zookeeper, bootstrap, connections),
    Promise.all(disks.map((disk) => collectDisk(disk, now))),
  ]);
  return { now, zookeeper, ...seen, disks: diskViews };
}
