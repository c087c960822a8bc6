import { childrenOf, deleteSubtree } from '../client/delete-subtree';
import { ensurePath, parentOf } from '../client/ensure-path';
import { retrying } from '../client/retry';
import { find, ZnodeWriter } from '../client/znode-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import type { ZkOp } from '../multi';
import { ZkError } from '../zk-error';
import {
  ChangeNotificationReader,
  type ChangeNotificationReaderOptions,
  writeChangeNotification,
} from './change-notifications';
import {
  type ConfigEntity,
  type ConfigEntityType,
  configPathOf,
  entityPathOf,
  isEntityType,
  parseEntityPath,
} from './config-entity';
import { paths } from './paths';
import { desanitize } from './sanitizer';
import { encodeJson, ZnodeJson } from './znode-json';

/** Overridden settings, by Kafka's names. */
export type ConfigValues = Readonly<Record<string, string>>;

export interface StoredConfig {
  readonly values: ConfigValues;
  readonly version: number;
}

const MAX_CONFLICTS = 10;

/**
 * `/config/<type>/<name>`: settings that override those of `server.properties`, and
 * `/config/changes`, which tells every broker what to read again.
 */
export class ConfigStore {
  private readonly writer: ZnodeWriter;

  constructor(private readonly zk: ZooKeeperClient) {
    this.writer = new ZnodeWriter(zk);
  }

  /** No overrides when the entity has no znode. @throws MalformedZnodeError */
  async get(entity: ConfigEntity): Promise<ConfigValues> {
    return (await this.read(entity))?.values ?? {};
  }

  /** Names of the entities that have overrides, sorted. */
  async list(type: ConfigEntityType): Promise<string[]> {
    const names = (await childrenOf(this.zk, paths.configs(type))) ?? [];
    return names.map(desanitize).sort();
  }

  /**
   * Changes the overrides by compare-and-set, then tells every broker. Two who change different
   * settings at the same time both succeed.
   *
   * @param change gets the present overrides and returns those wanted; called again on a conflict
   * @returns the new overrides
   */
  async alter(
    entity: ConfigEntity,
    change: (present: ConfigValues) => ConfigValues,
  ): Promise<ConfigValues> {
    const values = await this.write(entity, change);
    await this.announce(entity);
    return values;
  }

  /**
   * What to write, together with something else, so that these are all the overrides. The write
   * fails with NODE_EXISTS, BAD_VERSION or NO_NODE when somebody changes them before. Tells nobody:
   * see {@link announce}.
   */
  async replacing(entity: ConfigEntity, values: ConfigValues): Promise<ZkOp[]> {
    const path = configPathOf(entity);
    const stored = await this.read(entity);
    if (Object.keys(values).length === 0) {
      return stored === null ? [] : [{ type: 'delete', path, version: stored.version }];
    }
    const data = encodeConfig(values);
    if (stored !== null) return [{ type: 'set', path, data, version: stored.version }];
    await ensurePath(this.zk, parentOf(path));
    return [{ type: 'create', path, data }];
  }

  /** Tells every broker that the overrides have changed. */
  announce(entity: ConfigEntity): Promise<void> {
    const data = encodeJson({ version: 2, entity_path: entityPathOf(entity) });
    return writeChangeNotification(this.zk, paths.configChanges, 'config_change_', data);
  }

  /** Forgets all overrides, e.g. of a deleted topic. Tells nobody. */
  async delete(entity: ConfigEntity, writer = this.writer): Promise<void> {
    await deleteSubtree(this.zk, configPathOf(entity), writer);
  }

  /** Follows the changes; the handler reads the config itself. */
  observeChanges(
    handler: (entity: ConfigEntity) => Promise<void>,
    options?: ChangeNotificationReaderOptions,
  ): ChangeNotificationReader {
    return new ChangeNotificationReader(
      this.zk,
      paths.configChanges,
      'config_change_',
      (data, path) => {
        const entity = decodeChange(path, data);
        return handler(entity);
      },
      options,
    );
  }

  private async read(entity: ConfigEntity): Promise<StoredConfig | null> {
    const path = configPathOf(entity);
    const node = await retrying(this.zk, () => find(this.zk, path));
    if (node === null) return null;
    return { values: decodeConfig(path, node.data), version: node.stat.version };
  }

  private async write(
    entity: ConfigEntity,
    change: (present: ConfigValues) => ConfigValues,
  ): Promise<ConfigValues> {
    const path = configPathOf(entity);
    for (let conflicts = 0; ; conflicts++) {
      const stored = await this.read(entity);
      const values = change(stored?.values ?? {});
      try {
        if (stored === null) await this.writer.create(path, encodeConfig(values));
        else await this.writer.set(path, encodeConfig(values), stored.version);
        return values;
      } catch (error) {
        if (ZkError.hasCode(error, 'NO_NODE')) await ensurePath(this.zk, parentOf(path));
        else if (!ZkError.hasCode(error, 'NODE_EXISTS', 'BAD_VERSION')) throw error;
        if (conflicts >= MAX_CONFLICTS) throw error;
      }
    }
  }
}

/** The JSON of `/config/<type>/<name>`. */
export function encodeConfig(values: ConfigValues): Buffer {
  return encodeJson({ version: 1, config: values });
}

/** A znode without data holds no overrides, as Kafka has it. */
function decodeConfig(path: string, data: Buffer | null): ConfigValues {
  if (data === null || data.length === 0) return {};
  const config = ZnodeJson.parse(path, data).object('config', true);
  return Object.fromEntries(config.keys.map((key) => [key, config.string(key)]));
}

/** Version 2 names the entity's path; version 1 named type and entity, for topics and clients. */
function decodeChange(path: string, data: Buffer | null): ConfigEntity {
  const json = ZnodeJson.parse(path, data);
  if (json.int('version') === 1) {
    const type = json.string('entity_type');
    if (!isEntityType(type)) throw json.wrong('entity_type', 'an entity type we know');
    return { type, name: json.string('entity_name') };
  }
  const entity = parseEntityPath(json.string('entity_path'));
  if (entity === null) throw json.wrong('entity_path', 'the path of an entity');
  return entity;
}
