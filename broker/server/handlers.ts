import type { Clock } from '../../client/runtime/clock';
import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import type { ConfigStore } from '../../zk-coordination';
import { allocateProducerIdsHandler } from '../api/allocate-producer-ids';
import { alterConfigsHandler } from '../api/alter-configs';
import { alterPartitionHandler } from '../api/alter-partition';
import { alterPartitionReassignmentsHandler } from '../api/alter-partition-reassignments';
import { controlledShutdownHandler } from '../api/controlled-shutdown';
import type { LocalController } from '../api/controller-request';
import { createPartitionsHandler } from '../api/create-partitions';
import { createTopicsHandler } from '../api/create-topics';
import { deleteRecordsHandler } from '../api/delete-records';
import { deleteTopicsHandler } from '../api/delete-topics';
import { describeClusterHandler } from '../api/describe-cluster';
import { describeConfigsHandler } from '../api/describe-configs';
import { describeLogDirsHandler } from '../api/describe-log-dirs';
import type { ApiHandlers } from '../api/dispatcher';
import { electLeadersHandler } from '../api/elect-leaders';
import { fetchHandler } from '../api/fetch';
import { incrementalAlterConfigsHandler } from '../api/incremental-alter-configs';
import { initProducerIdHandler } from '../api/init-producer-id';
import { leaderAndIsrHandler } from '../api/leader-and-isr';
import { listOffsetsHandler } from '../api/list-offsets';
import { listPartitionReassignmentsHandler } from '../api/list-partition-reassignments';
import { metadataHandler } from '../api/metadata';
import { offsetForLeaderEpochHandler } from '../api/offset-for-leader-epoch';
import { produceHandler } from '../api/produce';
import { stopReplicaHandler } from '../api/stop-replica';
import { updateMetadataHandler } from '../api/update-metadata';
import { describeTopicConfig } from '../config/describe-configs';
import type { LiveConfigs } from '../config/live-configs';
import { TopicConfig } from '../config/topic-config';
import type { TopicAdmin } from '../controller/topic-admin';
import type { GroupCoordinator } from '../coordinator/group/group-coordinator';
import type { ProducerIds } from '../coordinator/producer-ids/producer-ids';
import type { LogManager } from '../log';
import type { MetadataCache } from '../metadata/metadata-cache';
import type { TopicTraffic } from '../metrics/topic-traffic';
import type { ControllerLink } from '../peers/controller-link';
import { FetchSessionCache } from '../replication/fetch-session-cache';
import type { ReplicaManager } from '../replication/replica-manager';
import type { ReplicationQuota } from '../replication/replication-quota';
import { replicaSelector } from '../replication/replica-selector';
import { autoCreation } from './auto-create';
import { groupHandlers, type GroupApi } from './group-handlers';

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
  readonly controller: LocalController;
  readonly link: ControllerLink;
  readonly producerIds: ProducerIds;
  readonly groups: GroupCoordinator;
  readonly traffic: TopicTraffic;
  /** The throttle of what is sent to followers. */
  readonly leaderQuota: ReplicationQuota;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** How long a broker that has just started waits to hear of the topics before it tells of none. */
const FIRST_METADATA_MS = 10_000;

/** Every handler with the rooms it needs. */
export function handlersOf(rooms: Rooms): ApiHandlers {
  return { ...clientHandlers(rooms), ...clusterHandlers(rooms), ...groupHandlers(rooms) };
}

type ClusterApi =
  | 'LeaderAndIsr'
  | 'StopReplica'
  | 'UpdateMetadata'
  | 'ControlledShutdown'
  | 'AlterPartition'
  | 'AllocateProducerIds';

/** What brokers ask each other. */
function clusterHandlers(rooms: Rooms): Pick<ApiHandlers, ClusterApi> {
  const { replicas, metadata, configs, traffic, logger } = rooms;
  return {
    LeaderAndIsr: leaderAndIsrHandler(rooms),
    StopReplica: stopReplicaHandler(rooms),
    UpdateMetadata: updateMetadataHandler({
      metadata,
      gate: replicas.gate,
      logger,
      onTopicGone: (topic) => {
        rooms.groups.onTopicGone(topic);
        // Another one of its name is there already.
        if (metadata.topic(topic.name)) return;
        configs.forgetTopic(topic.name);
        traffic.forget(topic.name);
      },
      onFull: (controllerEpoch) => {
        replicas
          .removeStrays(controllerEpoch, ({ topic, partition }) => {
            const known = metadata.topic(topic);
            return known && { ...known, replicas: known.partitions[partition]?.replicas };
          })
          .catch((error: unknown) =>
            logger.error(
              { event: 'stray-removal-failed', error: describeError(error) },
              'Logs that nobody needs could not be moved aside.',
            ),
          );
      },
    }),
    ControlledShutdown: controlledShutdownHandler(rooms),
    AlterPartition: alterPartitionHandler(rooms),
    AllocateProducerIds: allocateProducerIdsHandler(rooms),
  };
}

/** What applications ask, and followers when they fetch. */
function clientHandlers(rooms: Rooms): Omit<ApiHandlers, ClusterApi | GroupApi> {
  const { configs, admin, metadata, traffic, clock, random } = rooms;
  const mayAutoCreate = configs.broker.get('auto.create.topics.enable');
  return {
    Produce: produceHandler({
      ...rooms,
      onAppended: (topic, bytes, { firstOffset, lastOffset, isDuplicate }) => {
        if (!isDuplicate) traffic.appended(topic, lastOffset - firstOffset + 1, bytes);
      },
    }),
    Fetch: fetchHandler({
      ...rooms,
      sessions: new FetchSessionCache({
        slots: configs.broker.get('max.incremental.fetch.session.cache.slots'),
        now: () => clock.monotonic(),
        random,
      }),
      maxBytes: configs.broker.get('fetch.max.bytes'),
      selector: replicaSelector(configs.broker.get('replica.selector.class')),
      quota: rooms.leaderQuota,
      onFetched: (topic, bytes, toFollower) => {
        if (!toFollower) traffic.fetched(topic, bytes);
      },
    }),
    ListOffsets: listOffsetsHandler(rooms),
    OffsetForLeaderEpoch: offsetForLeaderEpochHandler(rooms),
    Metadata: metadataHandler({
      ...rooms,
      untilComplete: () => metadata.until(() => metadata.isComplete, FIRST_METADATA_MS, clock),
      autoCreate: mayAutoCreate
        ? autoCreation(admin, metadata, () => configs.broker, clock)
        : undefined,
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
    AlterConfigs: alterConfigsHandler({ ...rooms, store: rooms.configStore }),
    IncrementalAlterConfigs: incrementalAlterConfigsHandler({ ...rooms, store: rooms.configStore }),
    DescribeCluster: describeClusterHandler(rooms),
    DescribeLogDirs: describeLogDirsHandler(rooms),
    InitProducerId: initProducerIdHandler(rooms),
    ElectLeaders: electLeadersHandler(rooms),
    AlterPartitionReassignments: alterPartitionReassignmentsHandler(rooms),
    ListPartitionReassignments: listPartitionReassignmentsHandler(rooms),
  };
}
