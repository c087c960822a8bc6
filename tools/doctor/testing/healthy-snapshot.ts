import { controllerEpoch, leaderEpoch } from '../../../zk-coordination/stores/epochs';
import { assigned } from '../../../zk-coordination/stores/partition-assignment';
import type {
  BrokerAnswers,
  BrokerView,
  DiskView,
  PartitionView,
  RegistrationView,
  Snapshot,
} from '../snapshot';

/** As a type says, but open to changes, so that a test can plant a disagreement. */
export type Mutable<T> =
  T extends ReadonlyMap<infer K, infer V>
    ? Map<K, Mutable<V>>
    : T extends readonly (infer E)[]
      ? Mutable<E>[]
      : T extends bigint | number | string | boolean | null | undefined
        ? T
        : { -readonly [K in keyof T]: Mutable<T[K]> };

export const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
export const CLUSTER_ID = 'a-cluster-of-the-tests';
const BROKERS = [1, 2, 3];
const PARTITIONS = [0, 1, 2];

/**
 * Three brokers and the topic `clicks` with three partitions on all of them, partition p led by
 * broker p + 1; broker 1 is the controller. Everything fits together.
 */
export function healthySnapshot(): Mutable<Snapshot> {
  const snapshot: Snapshot = {
    now: 1_700_000_000_000,
    zookeeper: {
      clusterId: CLUSTER_ID,
      controller: { brokerId: 1, owner: 101n },
      controllerEpoch: 4,
      registrations: new Map(BROKERS.map((id) => [id, registration(id)])),
      topics: new Map([
        [
          'clicks',
          {
            name: 'clicks',
            topicId: TOPIC_ID,
            partitions: new Map(PARTITIONS.map((number) => [number, partition(number)])),
            extra: [],
          },
        ],
      ]),
      deletions: new Map(),
      requests: [],
      notifications: [],
      topicConfigs: new Map([['clicks', { 'retention.ms': '1000' }]]),
      brokerConfigs: new Map([['<default>', { 'log.segment.bytes': '1000000' }]]),
      malformed: [],
    },
    brokers: new Map(BROKERS.map((id) => [id, broker(id)])),
    strangers: [],
    disks: BROKERS.map(disk),
  };
  return snapshot as Mutable<Snapshot>;
}

function registration(id: number): RegistrationView {
  return {
    id,
    endpoints: [
      { listener: 'PLAINTEXT', host: 'kafka', port: 9000 + id, securityProtocol: 'PLAINTEXT' },
    ],
    epoch: BigInt(10 * id),
    owner: BigInt(100 + id),
  };
}

/** Led by the broker after its number, in its sixth leader epoch. */
function partition(number: number): PartitionView {
  return {
    topic: 'clicks',
    partition: number,
    assignment: assigned([1, 2, 3]),
    state: {
      leader: number + 1,
      leaderEpoch: leaderEpoch(5),
      isr: [1, 2, 3],
      leaderRecoveryState: 'recovered',
      controllerEpoch: controllerEpoch(4),
      version: 9,
    },
  };
}

function broker(id: number): BrokerView {
  const answers: BrokerAnswers = {
    clusterId: CLUSTER_ID,
    controllerId: 1,
    brokers: new Map(BROKERS.map((other) => [other, `kafka:${9000 + other}`])),
    topics: new Map([
      [
        'clicks',
        {
          topicId: TOPIC_ID,
          partitions: new Map(
            PARTITIONS.map((number) => [
              number,
              {
                error: 'NONE',
                leader: number + 1,
                leaderEpoch: 5,
                replicas: [1, 2, 3],
                isr: [1, 2, 3],
              },
            ]),
          ),
        },
      ],
    ]),
    apiVersions: new Map([
      ['Produce', '3-9'],
      ['Fetch', '4-12'],
    ]),
    logDirs: [
      {
        path: '/data',
        error: undefined,
        partitions: PARTITIONS.map((number) => ({
          topic: 'clicks',
          partition: number,
          isFuture: false,
        })),
      },
    ],
    claims: new Map(
      PARTITIONS.map((number) => [
        `clicks-${number}`,
        id === number + 1
          ? { error: 'NONE', askedEpoch: 5 }
          : { error: 'NOT_LEADER_OR_FOLLOWER', askedEpoch: -1 },
      ]),
    ),
    minIsr: new Map([['clicks', 2]]),
    behind: [],
    office: id === 1 ? { error: undefined, reassignments: [] } : undefined,
  };
  return { id, address: `kafka:${9000 + id}`, failure: undefined, answers };
}

function disk(id: number): DiskView {
  return {
    brokerId: id,
    path: `/disks/${id}`,
    unreadable: [],
    meta: { brokerId: id, clusterId: CLUSTER_ID },
    directories: PARTITIONS.map((number) => ({
      topic: 'clicks',
      partition: number,
      name: `clicks-${number}`,
      kind: 'current',
      ageMs: 1_000_000,
      topicId: TOPIC_ID,
      logEndOffset: 100,
      leftovers: [],
    })),
    checkpoints: PARTITIONS.map((number) => ({
      topic: 'clicks',
      partition: number,
      file: 'replication-offset-checkpoint',
      offset: 100,
    })),
  };
}
