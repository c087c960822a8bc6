import type { Change, WatchCell } from '../client/watch-cell';
import type { ZnodeWriter } from '../client/znode-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import type { NodeData } from '../session-contract';
import { ZkError } from '../zk-error';
import { observeDecoded } from './observe-decoded';
import { paths } from './paths';
import type { TopicPartition } from './topic-partition';
import { ZnodeJson } from './znode-json';

/** Partitions that shall be led by their preferred leaders. */
export interface RequestedElection {
  readonly partitions: readonly TopicPartition[];
  /** zkVersion, for {@link PreferredElectionStore.delete}. */
  readonly version: number;
}

/**
 * `/admin/preferred_replica_election`: how preferred leaders were asked for before there was an
 * API for it (KIP-460). Old tools still write it; the controller holds the elections and deletes
 * it.
 */
export class PreferredElectionStore {
  constructor(private readonly zk: ZooKeeperClient) {}

  /** Tells what is asked for now and at every change; null while nothing is. */
  observe(listener: (change: Change<RequestedElection>) => void): WatchCell<'data'> {
    return observeDecoded(this.zk, paths.preferredElection, decodeElection, listener);
  }

  /**
   * The elections are over. Harmless when the request is gone; one that was changed meanwhile
   * stays, and is told to the observers.
   *
   * @throws ControllerFencedError when the writer is the controller's
   */
  async delete(
    { version }: Pick<RequestedElection, 'version'>,
    writer: ZnodeWriter,
  ): Promise<void> {
    try {
      await writer.delete(paths.preferredElection, version);
    } catch (error) {
      if (!ZkError.hasCode(error, 'BAD_VERSION', 'NO_NODE')) throw error;
    }
  }
}

function decodeElection({ data, stat }: NodeData): RequestedElection {
  const json = ZnodeJson.parse(paths.preferredElection, data);
  const partitions = json.objects('partitions').map((one) => ({
    topic: one.string('topic'),
    partition: one.int('partition'),
  }));
  return { partitions, version: stat.version };
}
