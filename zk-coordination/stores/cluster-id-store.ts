import { ensurePath } from '../client/ensure-path';
import { retrying } from '../client/retry';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { find, ZnodeWriter } from '../client/znode-writer';
import { ZkError } from '../zk-error';
import { randomKafkaUuid } from './kafka-uuid';
import { paths } from './paths';
import { encodeJson, ZnodeJson } from './znode-json';

/** `/cluster/id`: `{"version":"1","id":"<22 characters>"}`; the version is a string. */
export class ClusterIdStore {
  constructor(private readonly zk: ZooKeeperClient) {}

  /** @returns null when no broker has ever started on this ensemble */
  async get(): Promise<string | null> {
    const node = await retrying(this.zk, () => find(this.zk, paths.clusterId));
    return node === null ? null : ZnodeJson.parse(paths.clusterId, node.data).string('id');
  }

  /** The id; the first broker to ask makes it. Brokers that ask at the same time get the same. */
  async createOrGet(generate: () => string = randomKafkaUuid): Promise<string> {
    const known = await this.get();
    if (known !== null) return known;
    await ensurePath(this.zk, paths.cluster);
    const id = generate();
    try {
      await new ZnodeWriter(this.zk).create(paths.clusterId, encodeJson({ version: '1', id }));
      return id;
    } catch (error) {
      if (!ZkError.hasCode(error, 'NODE_EXISTS')) throw error;
    }
    await retrying(this.zk, () => this.zk.sync(paths.clusterId));
    return this.createOrGet(() => id);
  }
}
