import type { NodeData } from '../../../zk-coordination/session-contract';
import { pipelined } from '../../../zk-coordination/client/pipelined';
import { MalformedZnodeError } from '../../../zk-coordination/stores/malformed-znode-error';
import { decodeBroker } from '../../../zk-coordination/stores/broker-registration';
import { desanitize } from '../../../zk-coordination/stores/sanitizer';
import { decodeTopic } from '../../../zk-coordination/stores/partition-assignment';
import { decodePartitionState } from '../../../zk-coordination/stores/partition-state';
import { paths } from '../../../zk-coordination/stores/paths';
import type { TopicPartition } from '../../../zk-coordination/stores/topic-partition';
import { ZnodeJson } from '../../../zk-coordination/stores/znode-json';
import type {
  ConfigView,
  PartitionView,
  RegistrationView,
  StateView,
  TopicView,
  ZookeeperView,
} from '../snapshot';
import type { ZnodeReader } from './znode-reader';

type Reader = Pick<ZnodeReader, 'sync' | 'get' | 'children'>;

/** Reads everything that Kafka keeps in ZooKeeper. Malformed znodes are told of, not passed over. */
export function collectZookeeper(reader: Reader): Promise<ZookeeperView> {
  return new ZookeeperCollector(reader).collect();
}

class ZookeeperCollector {
  private readonly malformed: { path: string; problem: string }[] = [];

  constructor(private readonly reader: Reader) {}

  async collect(): Promise<ZookeeperView> {
    await this.reader.sync();
    const topics = await this.topics();
    return {
      clusterId: await this.decoded(paths.clusterId, ({ data }) =>
        ZnodeJson.parse(paths.clusterId, data).string('id'),
      ),
      controller: await this.decoded(paths.controller, ({ data, stat }) => ({
        brokerId: ZnodeJson.parse(paths.controller, data).int('brokerid'),
        owner: stat.ephemeralOwner,
      })),
      // Read later than the states, it cannot seem to be behind them.
      controllerEpoch: await this.controllerEpoch(),
      registrations: await this.registrations(),
      topics,
      deletions: await this.deletions(),
      requests: await this.requests(),
      notifications: await this.notifications(),
      topicConfigs: await this.configs('topics'),
      brokerConfigs: await this.configs('brokers'),
      malformed: this.malformed,
    };
  }

  private controllerEpoch(): Promise<number | null> {
    return this.decoded(paths.controllerEpoch, ({ data }) => {
      const text = data?.toString('utf8') ?? '';
      if (/^\d+$/.test(text)) return Number(text);
      throw new MalformedZnodeError(paths.controllerEpoch, `"${text}" is not a number`);
    });
  }

  private async registrations(): Promise<Map<number, RegistrationView>> {
    const names = (await this.reader.children(paths.brokerIds)).filter((name) =>
      /^\d+$/.test(name),
    );
    const found = await pipelined(names.map(Number), (id) =>
      this.decoded(paths.broker(id), ({ data, stat }): RegistrationView => ({
        id,
        endpoints: decodeBroker(id, data).endpoints,
        epoch: stat.czxid,
        owner: stat.ephemeralOwner,
      })),
    );
    const present = found.filter((one) => one !== null).sort((a, b) => a.id - b.id);
    return new Map(present.map((one) => [one.id, one]));
  }

  private async topics(): Promise<Map<string, TopicView>> {
    const names = await this.reader.children(paths.topics);
    const topics = new Map<string, TopicView>();
    // One after the other: within a topic everything is read at the same time.
    for (const name of names) {
      const topic = await this.topic(name);
      if (topic !== null) topics.set(name, topic);
    }
    return topics;
  }

  private async topic(name: string): Promise<TopicView | null> {
    const assignment = await this.decoded(paths.topic(name), ({ data }) => decodeTopic(name, data));
    if (assignment === null) return null;
    const numbers = [...assignment.partitions.keys()].sort((a, b) => a - b);
    const [children, states] = await Promise.all([
      this.reader.children(paths.partitions(name)),
      pipelined(numbers, (partition) => this.state({ topic: name, partition })),
    ]);
    const partitions = numbers.map((partition, at): [number, PartitionView] => [
      partition,
      {
        topic: name,
        partition,
        assignment: assignment.partitions.get(partition)!,
        state: states[at] ?? null,
      },
    ]);
    const extra = children.filter((child) => !assignment.partitions.has(Number(child)));
    return { name, topicId: assignment.topicId, partitions: new Map(partitions), extra };
  }

  private state(partition: TopicPartition): Promise<StateView | null> {
    const path = paths.partitionState(partition.topic, partition.partition);
    return this.decoded(path, ({ data, stat }) => ({
      ...decodePartitionState(partition, data),
      version: stat.version,
    }));
  }

  private async deletions(): Promise<Map<string, { topicId: string | null; at: number }>> {
    const names = await this.reader.children(paths.topicDeletions);
    const found = await pipelined(names, (topic) => {
      const path = paths.topicDeletion(topic);
      return this.decoded(path, ({ data, stat }) => ({
        topicId: data?.length ? ZnodeJson.parse(path, data).nullableString('topic_id') : null,
        at: stat.ctime,
      }));
    });
    return byName(names, found);
  }

  private async requests(): Promise<{ path: string; about: string }[]> {
    const roots = [paths.reassignPartitions, paths.preferredElection];
    const found = await pipelined(roots, (path) =>
      this.decoded(path, ({ data }) => ({
        path,
        about: ZnodeJson.parse(path, data)
          .objects('partitions')
          .map((one) => `${one.string('topic')}-${one.int('partition')}`)
          .join(', '),
      })),
    );
    return found.filter((one) => one !== null);
  }

  private async notifications(): Promise<string[]> {
    const roots = [paths.isrChanges, paths.logDirEvents];
    const found = await pipelined(roots, async (root) =>
      (await this.reader.children(root)).map((name) => `${root}/${name}`),
    );
    return found.flat();
  }

  private async configs(type: 'topics' | 'brokers'): Promise<Map<string, ConfigView>> {
    const names = await this.reader.children(paths.configs(type));
    const found = await pipelined(names, (name) => {
      const path = `${paths.configs(type)}/${name}`;
      return this.decoded(path, ({ data }): ConfigView => {
        if (!data?.length) return {};
        const config = ZnodeJson.parse(path, data).object('config', true);
        return Object.fromEntries(config.keys.map((key) => [key, config.string(key)]));
      });
    });
    return byName(names.map(desanitize), found);
  }

  /** null when the znode is not there, or is malformed, which is noted. */
  private async decoded<T>(path: string, decode: (node: NodeData) => T): Promise<T | null> {
    const node = await this.reader.get(path);
    if (node === null) return null;
    try {
      return decode(node);
    } catch (error) {
      if (!(error instanceof MalformedZnodeError)) throw error;
      if (!this.malformed.some((known) => known.path === path)) {
        this.malformed.push({ path, problem: error.problem });
      }
      return null;
    }
  }
}

function byName<T>(names: readonly string[], values: readonly (T | null)[]): Map<string, T> {
  const entries = names.map((name, at): [string, T | null] => [name, values[at] ?? null]);
  return new Map(entries.filter((entry): entry is [string, T] => entry[1] !== null));
}
