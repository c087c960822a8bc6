import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import type { ConfigStore } from '../../zk-coordination';
import { createPartitionsHandler } from '../api/create-partitions';
import { createTopicsHandler } from '../api/create-topics';
import { deleteRecordsHandler } from '../api/delete-records';
import { deleteTopicsHandler } from '../api/delete-topics';
import { describeClusterHandler } from '../api/describe-cluster';
import { describeConfigsHandler } from '../api/describe-configs';
import { describeLogDirsHandler } from '../api/describe-log-dirs';
import type { ApiHandlers } from '../api/dispatcher';
import { fetchHandler } from '../api/fetch';
import { incrementalAlterConfigsHandler } from '../api/incremental-alter-configs';
import { listOffsetsHandler } from '../api/list-offsets';
import { metadataHandler } from '../api/metadata';
import { produceHandler } from '../api/produce';
import { describeTopicConfig } from '../config/describe-configs';
import type { LiveConfigs } from '../config/live-configs';
import { TopicConfig } from '../config/topic-config';
import type { TopicAdmin } from '../controller/topic-admin';
import type { LogManager } from '../log';
import type { MetadataCache } from '../metadata/metadata-cache';
import type { TopicTraffic } from '../metrics/topic-traffic';
import { FetchSessionCache } from '../replication/fetch-session-cache';
import type { ReplicaManager } from '../replication/replica-manager';
import { replicaSelector } from '../replication/replica-selector';
import { autoCreation } from './auto-create';

/** The rooms the handlers ask. */
export interface Rooms {
  readonly brokerId: number;
  readonly clusterId: string;
  readonly admin: TopicAdmin;
  readonly metadata: MetadataCache;
  readonly configs: LiveConfigs;
  readonly configStore: ConfigStore;
  readonly replicas: ReplicaManager;
  readonly logManager: LogManager;
  readonly traffic: TopicTraffic;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** Every handler with the rooms it needs. */
export function handlersOf(rooms: Rooms): Partial<ApiHandlers> {
  const { configs, admin, metadata, traffic, clock } = rooms;
  const mayAutoCreate = configs.broker.get('auto.create.topics.enable');
  return {
    Produce: produceHandler({
      ...rooms,
      onAppended: (topic, bytes, { firstOffset, lastOffset }) =>
        traffic.appended(topic, lastOffset - firstOffset + 1, bytes),
    }),
    Fetch: fetchHandler({
      ...rooms,
      sessions: new FetchSessionCache({
        slots: configs.broker.get('max.incremental.fetch.session.cache.slots'),
        now: () => clock.monotonic(),
        random: rooms.random,
      }),
      selector: replicaSelector(configs.broker.get('replica.selector.class')),
      maxBytes: configs.broker.get('fetch.max.bytes'),
      onFetched: (topic, bytes) => traffic.fetched(topic, bytes),
    }),
    ListOffsets: listOffsetsHandler(rooms),
    Metadata: metadataHandler({
      ...rooms,
      autoCreate: mayAutoCreate ? autoCreation(admin, metadata, clock) : undefined,
    }),
    CreateTopics: createTopicsHandler({
      ...rooms,
      describeConfigs: (overrides) =>
        describeTopicConfig(TopicConfig.resolve(configs.broker, overrides), { keys: null }).map(
          ({ name, value, readOnly, configSource, isSensitive }) => ({
            name,
            value,
            readOnly,
            configSource,
            isSensitive,
          }),
        ),
    }),
    DeleteTopics: deleteTopicsHandler(rooms),
    CreatePartitions: createPartitionsHandler(rooms),
    DeleteRecords: deleteRecordsHandler(rooms),
    DescribeConfigs: describeConfigsHandler(rooms),
    IncrementalAlterConfigs: incrementalAlterConfigsHandler({ ...rooms, store: rooms.configStore }),
    DescribeCluster: describeClusterHandler(rooms),
    DescribeLogDirs: describeLogDirsHandler(rooms),
  };
}
