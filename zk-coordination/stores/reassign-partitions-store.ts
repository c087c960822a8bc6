import { retrying } from '../client/retry';
import type { Change, WatchCell } from '../client/watch-cell';
import { find, type ZnodeWriter } from '../client/znode-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import type { NodeData } from '../session-contract';
import { ZkError } from '../zk-error';
import { observeDecoded } from './observe-decoded';
import { paths } from './paths';
import { skipMalformed } from './skip-malformed';
import type { TopicPartition } from './topic-partition';
import { encodeJson, ZnodeJson } from './znode-json';

/** A partition and the brokers it shall have. */
export interface RequestedReassignment extends TopicPartition {
  readonly replicas: readonly number[];
}

/**
 * `/admin/reassign_partitions`: how reassignments were asked for before there was an API for it
 * (KIP-455). Old tools still write it; the controller takes out what is done, and deletes it with
 * the last one.
 */
export class ReassignPartitionsStore {
  constructor(private readonly zk: ZooKeeperClient) {}

  /** What is asked for; null when there is no such znode. @throws MalformedZnodeError */
  async get(): Promise<RequestedReassignment[] | null> {
    const node = await this.read();
    return node && decodeRequests(node);
  }

  /** Tells what is asked for now and at every change; null while nothing is. */
  observe(listener: (change: Change<RequestedReassignment[]>) => void): WatchCell<'data'> {
    return observeDecoded(this.zk, paths.reassignPartitions, decodeRequests, listener);
  }

  /**
   * Takes out what is done or refused. What somebody adds meanwhile stays; what cannot be read is
   * logged and left alone.
   *
   * @throws ControllerFencedError when the writer is the controller's
   */
  async remove(
    isOver: (request: RequestedReassignment) => boolean,
    writer: ZnodeWriter,
  ): Promise<void> {
    for (;;) {
      const node = await this.read();
      if (node === null) return;
      const all = await skipMalformed(this.zk.logger, (async () => decodeRequests(node))());
      if (all === null) return;
      const left = all.filter((request) => !isOver(request));
      if (left.length > 0 && left.length === all.length) return;
      try {
        return await this.replace(left, node.stat.version, writer);
      } catch (error) {
        if (!ZkError.hasCode(error, 'BAD_VERSION', 'NO_NODE')) throw error;
      }
    }
  }

  private async replace(
    left: readonly RequestedReassignment[],
    version: number,
    writer: ZnodeWriter,
  ): Promise<void> {
    const path = paths.reassignPartitions;
    if (left.length === 0) await writer.delete(path, version);
    else await writer.set(path, encodeRequests(left), version);
  }

  private read(): Promise<NodeData | null> {
    return retrying(this.zk, () => find(this.zk, paths.reassignPartitions));
  }
}

function encodeRequests(requests: readonly RequestedReassignment[]): Buffer {
  const partitions = requests.map(({ topic, partition, replicas }) => ({
    topic,
    partition,
    replicas,
  }));
  return encodeJson({ version: 1, partitions });
}

function decodeRequests({ data }: NodeData): RequestedReassignment[] {
  const json = ZnodeJson.parse(paths.reassignPartitions, data);
  return json.objects('partitions').map((one) => ({
    topic: one.string('topic'),
    partition: one.int('partition'),
    replicas: one.ints('replicas'),
  }));
}
