import { ensurePath } from '../client/ensure-path';
import { retrying } from '../client/retry';
import { find, type ZnodeWriter } from '../client/znode-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import type { ControllerEpoch } from './epochs';
import { paths } from './paths';
import { encodeJson, ZnodeJson } from './znode-json';

/** Producer ids that belong to one broker, to hand out to producers. */
export interface ProducerIdBlock {
  readonly brokerId: number;
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
}

export interface StoredProducerIdBlock {
  /** null when no ids have been handed out yet. */
  readonly block: ProducerIdBlock | null;
  /** zkVersion, for {@link ProducerIdBlockStore.replace}. */
  readonly version: number;
}

/** `/latest_producer_id_block`: the last block of producer ids that was given to a broker. */
export class ProducerIdBlockStore {
  constructor(private readonly zk: ZooKeeperClient) {}

  /** @throws MalformedZnodeError */
  async latest(): Promise<StoredProducerIdBlock> {
    const path = paths.producerIdBlock;
    for (;;) {
      const node = await retrying(this.zk, () => find(this.zk, path));
      if (node !== null) return { block: decodeBlock(node.data), version: node.stat.version };
      await ensurePath(this.zk, path);
    }
  }

  /**
   * Compare-and-set.
   *
   * @param epoch of the controller that gives the block away. It is written next to what Kafka
   *   writes, so that after a lost reply a controller does not take the same block, given to the
   *   same broker by its successor, for its own.
   * @param version the zkVersion that the decision was based on
   * @throws ZkError BAD_VERSION when somebody else has taken a block meanwhile
   */
  async replace(
    { brokerId, first, last }: ProducerIdBlock,
    epoch: ControllerEpoch,
    version: number,
    writer: ZnodeWriter,
  ): Promise<void> {
    const data = encodeJson({
      version: 1,
      broker: brokerId,
      block_start: String(first),
      block_end: String(last),
      controller_epoch: epoch,
    });
    await writer.set(paths.producerIdBlock, data, version);
  }
}

function decodeBlock(data: Buffer | null): ProducerIdBlock | null {
  if (data === null || data.length === 0) return null;
  const json = ZnodeJson.parse(paths.producerIdBlock, data);
  const last = json.longString('block_end');
  if (!Number.isSafeInteger(last)) throw json.wrong('block_end', 'below 2^53');
  return { brokerId: json.int('broker'), first: json.longString('block_start'), last };
}
