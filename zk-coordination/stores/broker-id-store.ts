import { ensurePath } from '../client/ensure-path';
import { retrying } from '../client/retry';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { ANY_VERSION } from '../multi';
import { ZkError } from '../zk-error';
import { paths } from './paths';

/** Ids for brokers configured with `broker.id=-1`, counted by the version of `/brokers/seqid`. */
export class BrokerIdStore {
  constructor(private readonly zk: ZooKeeperClient) {}

  /**
   * A new id that no broker has. A lost reply skips an id, which does no harm.
   *
   * @param reservedMax `reserved.broker.max.id`: generated ids begin above it
   */
  async generate(reservedMax = 1_000): Promise<number> {
    const bump = () => this.zk.set(paths.brokerSequence, Buffer.alloc(0), ANY_VERSION);
    try {
      return reservedMax + (await retrying(this.zk, bump)).version;
    } catch (error) {
      if (!ZkError.hasCode(error, 'NO_NODE')) throw error;
      await ensurePath(this.zk, paths.brokerSequence);
      return this.generate(reservedMax);
    }
  }
}
