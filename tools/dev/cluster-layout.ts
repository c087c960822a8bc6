import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where the cluster of `npm start` keeps what, below its data folder. */
export class ClusterLayout {
  constructor(readonly folder: string) {}

  /** Held by a running `npm start`, so that two do not do the same at once. */
  get startPidFile(): string {
    return join(this.folder, 'start.pid');
  }
  get zookeeperHome(): string {
    return join(this.folder, 'zookeeper');
  }
  /** Which ZooKeeper was started and where it listens. */
  get zookeeperState(): string {
    return join(this.folder, 'zookeeper.json');
  }
  get sampleFile(): string {
    return join(this.folder, 'user_clicks.ndjson');
  }

  /** Holds server.properties, the log of the process, its pid file, and `logs/`, its log.dirs. */
  brokerHome(id: number): string {
    return join(this.folder, `broker-${id}`);
  }
  brokerPidFile(id: number): string {
    return join(this.brokerHome(id), 'broker.pid');
  }

  /** The brokers that have a folder, in order. */
  brokerIds(): number[] {
    return namesIn(this.folder)
      .map((name) => Number(/^broker-(\d+)$/.exec(name)?.[1] ?? NaN))
      .filter((id) => !Number.isNaN(id))
      .sort((a, b) => a - b);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
