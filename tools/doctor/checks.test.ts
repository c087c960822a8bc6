import { checks } from './check-table';
import { LAYERS } from './check';
import type { BrokerAnswers, BrokerView, DiskView, PartitionView, Snapshot } from './snapshot';
import type { StateView, TopicView } from './snapshot';
import { healthySnapshot, TOPIC_ID, type Mutable } from './testing/healthy-snapshot';

type World = Mutable<Snapshot>;
type Plant = (world: World) => void;

const broker = (world: World, id: number): Mutable<BrokerView> => world.brokers.get(id)!;
const answers = (world: World, id: number): Mutable<BrokerAnswers> => broker(world, id).answers!;
const topic = (world: World): Mutable<TopicView> => world.zookeeper.topics.get('clicks')!;
const partition = (world: World, number = 0): Mutable<PartitionView> =>
  topic(world).partitions.get(number)!;
const state = (world: World, number = 0): Mutable<StateView> => partition(world, number).state!;
const told = (world: World, id: number, number = 0) =>
  answers(world, id).topics.get('clicks')!.partitions.get(number)!;
const disk = (world: World, id = 1): Mutable<DiskView> => world.disks[id - 1];
const reassign = (world: World, adding: number[], removing: number[]): void => {
  partition(world).assignment.adding = adding;
  partition(world).assignment.removing = removing;
};
/** As {@link reassign}, with the controller knowing of it. */
const moving = (world: World, adding: number[], removing: number[]): void => {
  reassign(world, adding, removing);
  const move = { addingReplicas: adding, removingReplicas: removing, replicas: [1, 2, 3] };
  answers(world, 1).office!.reassignments = [{ topic: 'clicks', partition: 0, ...move }];
};
const dies = (world: World, id: number): void => {
  world.zookeeper.registrations.delete(id);
  world.brokers.delete(id);
};

/** What is planted, the code it must be found by, and the subject. */
const planted: readonly [code: string, subject: string, plant: Plant][] = [
  [
    'NO_BROKERS',
    'cluster',
    (w) => {
      w.zookeeper.registrations.clear();
    },
  ],
  [
    'BROKER_UNREACHABLE',
    'broker 2',
    (w) => w.brokers.set(2, { ...broker(w, 2), failure: 'connection refused', answers: undefined }),
  ],
  ['BROKER_NOT_REGISTERED', 'broker 2', (w) => w.zookeeper.registrations.delete(2)],
  ['BROKER_NOT_REGISTERED', 'other:9092', (w) => w.strangers.push('other:9092')],
  ['REGISTRATION_NOT_EPHEMERAL', 'broker 2', (w) => (w.zookeeper.registrations.get(2)!.owner = 0n)],
  [
    'ENDPOINT_SHARED',
    'kafka:9001',
    (w) => (w.zookeeper.registrations.get(2)!.endpoints[0].port = 9001),
  ],
  ['BROKER_LIST_DIFFERS', 'broker 3', (w) => answers(w, 3).brokers.delete(2)],
  [
    'BROKER_LIST_DIFFERS',
    'broker 2 as broker 3 tells',
    (w) => answers(w, 3).brokers.set(2, 'old:9002'),
  ],
  ['CLUSTER_ID_MISSING', 'cluster', (w) => (w.zookeeper.clusterId = null)],
  ['CLUSTER_ID_DIFFERS', 'broker 2', (w) => (answers(w, 2).clusterId = 'another')],
  [
    'API_VERSIONS_DIFFER',
    'Fetch of broker 2',
    (w) => answers(w, 2).apiVersions.set('Fetch', '4-11'),
  ],
  [
    'ZNODE_MALFORMED',
    '/brokers/topics/odd',
    (w) => w.zookeeper.malformed.push({ path: '/brokers/topics/odd', problem: 'it is not JSON' }),
  ],

  ['NO_CONTROLLER', 'controller', (w) => (w.zookeeper.controller = null)],
  ['CONTROLLER_NOT_REGISTERED', 'broker 7', (w) => (w.zookeeper.controller!.brokerId = 7)],
  ['CONTROLLER_SESSION_DIFFERS', 'broker 1', (w) => (w.zookeeper.controller!.owner = 0n)],
  [
    'CONTROLLER_NOT_IN_OFFICE',
    'broker 1',
    (w) => (answers(w, 1).office = { error: 'NOT_CONTROLLER', reassignments: [] }),
  ],
  ['CONTROLLER_DIFFERS', 'broker 3', (w) => (answers(w, 3).controllerId = 2)],
  ['CONTROLLER_EPOCH_BEHIND', 'clicks-0', (w) => (w.zookeeper.controllerEpoch = 3)],
  ['CONTROLLER_EPOCH_BEHIND', 'controller', (w) => (w.zookeeper.controllerEpoch = null)],
  ['REASSIGNMENTS_DIFFER', 'clicks-0', (w) => reassign(w, [3], [])],

  [
    'TOPIC_ID_SHARED',
    TOPIC_ID,
    (w) => w.zookeeper.topics.set('copy', { ...topic(w), name: 'copy', partitions: new Map() }),
  ],
  [
    'PARTITION_NUMBERS_GAP',
    'clicks',
    (w) => {
      topic(w).partitions.delete(1);
    },
  ],
  ['ASSIGNMENT_INVALID', 'clicks-0', (w) => (partition(w).assignment.replicas = [1, 1, 2])],
  ['ASSIGNMENT_INVALID', 'clicks-0', (w) => (partition(w).assignment.replicas = [])],
  ['REASSIGNMENT_INVALID', 'clicks-0', (w) => reassign(w, [4], [])],
  ['REASSIGNMENT_INVALID', 'clicks-0', (w) => reassign(w, [3], [3])],
  ['STATE_MISSING', 'clicks-0', (w) => (partition(w).state = null)],
  ['NO_LEADER', 'clicks-0', (w) => (state(w).leader = -1)],
  ['LEADER_DEAD', 'clicks-1', (w) => dies(w, 2)],
  ['LEADER_NOT_IN_REPLICAS', 'clicks-0', (w) => (partition(w).assignment.replicas = [2, 3])],
  ['LEADER_NOT_IN_ISR', 'clicks-0', (w) => (state(w).isr = [2, 3])],
  ['ISR_EMPTY', 'clicks-0', (w) => (state(w).isr = [])],
  ['ISR_NOT_IN_REPLICAS', 'clicks-0', (w) => (state(w).isr = [1, 2, 3, 4])],
  ['ISR_MEMBER_DEAD', 'clicks-0', (w) => dies(w, 3)],
  ['BELOW_MIN_ISR', 'clicks-0', (w) => (state(w).isr = [1])],
  ['AT_MIN_ISR', 'clicks-0', (w) => (state(w).isr = [1, 2])],
  ['UNDER_REPLICATED', 'clicks-0', (w) => (state(w).isr = [1, 2])],
  [
    'LEADER_EPOCH_ANOMALY',
    'clicks-0',
    (w) => {
      state(w).version = 4;
    },
  ],
  ['PARTITION_NODE_EXTRA', 'clicks-3', (w) => topic(w).extra.push('3')],

  ['METADATA_TOPIC_MISSING', 'clicks at broker 2', (w) => answers(w, 2).topics.delete('clicks')],
  [
    'METADATA_TOPIC_MISSING',
    'clicks at broker 2',
    (w) => answers(w, 2).topics.get('clicks')!.partitions.delete(2),
  ],
  [
    'METADATA_TOPIC_UNKNOWN',
    'ghost at broker 2',
    (w) => answers(w, 2).topics.set('ghost', { topicId: 'x', partitions: new Map() }),
  ],
  [
    'METADATA_TOPIC_ID_DIFFERS',
    'clicks at broker 2',
    (w) => (answers(w, 2).topics.get('clicks')!.topicId = 'another'),
  ],
  ['METADATA_LEADER_DIFFERS', 'clicks-0 at broker 3', (w) => (told(w, 3).leader = 2)],
  ['METADATA_LEADER_DIFFERS', 'clicks-0 at broker 3', (w) => (told(w, 3).leaderEpoch = 4)],
  ['METADATA_ISR_DIFFERS', 'clicks-0 at broker 3', (w) => (told(w, 3).isr = [1, 2])],
  ['METADATA_REPLICAS_DIFFER', 'clicks-0 at broker 3', (w) => (told(w, 3).replicas = [1, 2])],

  [
    'TWO_LEADERS',
    'clicks-0 at broker 2',
    (w) => (answers(w, 2).claims.get('clicks-0')!.error = 'NONE'),
  ],
  [
    'LEADER_DOES_NOT_LEAD',
    'clicks-0',
    (w) => (answers(w, 1).claims.get('clicks-0')!.error = 'NOT_LEADER_OR_FOLLOWER'),
  ],
  [
    'LEADER_EPOCH_DIFFERS',
    'clicks-0',
    (w) => (answers(w, 1).claims.get('clicks-0')!.error = 'FENCED_LEADER_EPOCH'),
  ],
  [
    'REPLICA_LACKS_COMMITTED',
    'clicks-0 at broker 2',
    (w) => answers(w, 2).behind.push({ topic: 'clicks', partition: 0, leader: 1, committed: 100 }),
  ],

  [
    'LOG_DIR_OFFLINE',
    '/data at broker 2',
    (w) => (answers(w, 2).logDirs[0].error = 'KAFKA_STORAGE_ERROR'),
  ],
  [
    'REPLICA_NOT_ON_DISK',
    'clicks-0 at broker 2',
    (w) => {
      answers(w, 2).logDirs[0].partitions.shift();
    },
  ],
  [
    'LOG_TWICE',
    'clicks-0 at broker 2',
    (w) => answers(w, 2).logDirs.push({ ...answers(w, 2).logDirs[0], path: '/more' }),
  ],
  [
    'STRAY_LOG',
    'gone-0 at broker 2',
    (w) =>
      answers(w, 2).logDirs[0].partitions.push({ topic: 'gone', partition: 0, isFuture: false }),
  ],

  [
    'DELETION_STUCK',
    'clicks',
    (w) => w.zookeeper.deletions.set('clicks', { topicId: null, at: 0 }),
  ],
  [
    'DELETION_OF_MISSING_TOPIC',
    'gone',
    (w) => w.zookeeper.deletions.set('gone', { topicId: null, at: 0 }),
  ],
  ['REASSIGNMENT_NOT_FINISHED', 'clicks-0', (w) => moving(w, [3], [])],
  [
    'REASSIGNMENT_BLOCKED',
    'clicks-0',
    (w) => {
      moving(w, [3], []);
      dies(w, 3);
    },
  ],
  [
    'REQUEST_PENDING',
    '/admin/reassign_partitions',
    (w) => w.zookeeper.requests.push({ path: '/admin/reassign_partitions', about: 'clicks-0' }),
  ],
  [
    'NOTIFICATION_STALE',
    '/isr_change_notification/isr_change_0000000001',
    (w) => w.zookeeper.notifications.push('/isr_change_notification/isr_change_0000000001'),
  ],
  [
    'THROTTLE_LEFT',
    'leader.replication.throttled.rate in /config/brokers/1',
    (w) => w.zookeeper.brokerConfigs.set('1', { 'leader.replication.throttled.rate': '1000' }),
  ],
  [
    'CONFIG_OF_MISSING_TOPIC',
    'gone',
    (w) => w.zookeeper.topicConfigs.set('gone', { 'retention.ms': '1' }),
  ],

  [
    'DISK_UNREADABLE',
    '/disks/1/x',
    (w) => disk(w).unreadable.push({ path: '/disks/1/x', problem: 'EACCES' }),
  ],
  ['META_PROPERTIES_DIFFER', 'broker.id of /disks/1', (w) => (disk(w).meta!.brokerId = 2)],
  ['META_PROPERTIES_DIFFER', 'cluster.id of /disks/1', (w) => (disk(w).meta!.clusterId = 'b')],
  ['META_PROPERTIES_MISSING', '/disks/1', (w) => (disk(w).meta = undefined)],
  [
    'DISK_TOPIC_ID_DIFFERS',
    '/disks/1/clicks-0',
    (w) => (disk(w).directories[0].topicId = 'another'),
  ],
  [
    'CHECKPOINT_BEYOND_LOG',
    'clicks-0 in /disks/1/replication-offset-checkpoint',
    (w) => (disk(w).checkpoints[0].offset = 101),
  ],
  [
    'REPLICA_DIRECTORY_MISSING',
    'clicks-0 at broker 1',
    (w) => {
      disk(w).directories.shift();
      disk(w).checkpoints.shift();
    },
  ],
  [
    'CHECKPOINT_OF_MISSING_LOG',
    'gone-0 in /disks/1/replication-offset-checkpoint',
    (w) => disk(w).checkpoints.push({ ...disk(w).checkpoints[0], topic: 'gone' }),
  ],
  [
    'STRAY_DIRECTORY',
    '/disks/1/gone-0',
    (w) => disk(w).directories.push({ ...disk(w).directories[0], topic: 'gone', name: 'gone-0' }),
  ],
  [
    'DIRECTORY_LEFT_OVER',
    '/disks/1/clicks-0.ff-delete',
    (w) =>
      disk(w).directories.push({
        ...disk(w).directories[0],
        ...{ kind: 'delete', name: 'clicks-0.ff-delete' },
      }),
  ],
  [
    'FILE_LEFT_OVER',
    '/disks/1/clicks-0/0.log.swap',
    (w) => disk(w).directories[0].leftovers.push({ name: '0.log.swap', ageMs: 700_000 }),
  ],
];

/** Findings as `CODE subject`. */
function found(world: World): string[] {
  return checks.flatMap((check) =>
    [...check.find(world)].map(({ subject }) => `${check.code} ${subject}`),
  );
}

function after(...plants: readonly Plant[]): string[] {
  const world = healthySnapshot();
  for (const plant of plants) plant(world);
  return found(world);
}

test('a healthy cluster has no disagreements', () => {
  expect(found(healthySnapshot())).toEqual([]);
});

test.each(planted)('%s: %s', (code, subject, plant) => {
  expect(after(plant)).toContain(`${code} ${subject}`);
});

test('every check finds something that was planted', () => {
  const codes = new Set(planted.map(([code]) => code));
  expect(checks.filter(({ code }) => !codes.has(code))).toEqual([]);
});

test('checks have names of their own and say what to do', () => {
  expect(new Set(checks.map(({ code }) => code)).size).toBe(checks.length);
  for (const { code, meaning, remedy, layer } of checks) {
    expect(code).toMatch(/^[A-Z_]+$/);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
    expect(LAYERS).toHaveProperty(layer);
  }
});

test('findings say who says what, and name each subject once', () => {
  for (const [, , plant] of planted) {
    const world = healthySnapshot();
    plant(world);
    for (const check of checks) {
      const findings = [...check.find(world)];
      expect(findings.every(({ says }) => says.length > 0)).toBe(true);
      expect(new Set(findings.map(({ subject }) => subject)).size).toBe(findings.length);
    }
  }
});

describe('what is not a disagreement', () => {
  const nothing = (plant: Plant): void => expect(after(plant)).toEqual([]);

  test('a broker that is down for long: its replicas are missing and nothing else', () => {
    const findings = after((w) => {
      dies(w, 3);
      for (const number of [0, 1, 2]) {
        state(w, number).isr = [1, 2];
        for (const id of [1, 2]) told(w, id, number).isr = [1, 2];
      }
      state(w, 2).leader = 1;
      state(w, 2).leaderEpoch = 6 as never;
      for (const id of [1, 2]) {
        answers(w, id).brokers.delete(3);
        Object.assign(told(w, id, 2), { leader: 1, leaderEpoch: 6 });
      }
      answers(w, 1).claims.get('clicks-2')!.error = 'NONE';
    });
    const codes = ['AT_MIN_ISR', 'UNDER_REPLICATED'];
    expect(findings).toEqual(
      codes.flatMap((code) => [0, 1, 2].map((number) => `${code} clicks-${number}`)),
    );
  });

  test('a partition without a leader: nobody can catch up, and nobody says how many shall', () => {
    const findings = after((w) => {
      Object.assign(state(w), { leader: -1, isr: [3] });
    });
    expect(findings.filter((one) => /UNDER_REPLICATED|MIN_ISR/.test(one))).toEqual([]);
  });

  test('at the minimum with all replicas: that is how it is meant', () => {
    nothing((w) => answers(w, 1).minIsr.set('clicks', 3));
  });

  test('a minimum larger than the number of replicas: brokers ask for no more than there are', () => {
    nothing((w) => answers(w, 1).minIsr.set('clicks', 4));
  });

  test('a topic on its way out: only that it is still there', () => {
    const findings = after((w) => {
      w.zookeeper.deletions.set('clicks', { topicId: TOPIC_ID, at: 0 });
      answers(w, 2).topics.delete('clicks');
      answers(w, 2).logDirs[0].partitions = [];
      state(w).leader = -1;
    });
    expect(findings).toEqual(['DELETION_STUCK clicks']);
  });

  test('the wish to delete an earlier topic of the name does not hide anything', () => {
    const findings = after((w) => {
      w.zookeeper.deletions.set('clicks', { topicId: 'an-earlier-one', at: 0 });
      state(w).isr = [2, 3];
    });
    expect(findings).toContain('LEADER_NOT_IN_ISR clicks-0');
    expect(findings).toContain('DELETION_STUCK clicks');
  });

  test('a reassignment that copies', () => {
    nothing((w) => {
      moving(w, [3], [1]);
      state(w).isr = [1, 2];
      for (const id of [1, 2, 3]) told(w, id).isr = [1, 2];
    });
  });

  test('throttles while it runs', () => {
    nothing((w) => {
      moving(w, [3], []);
      state(w).isr = [1, 2];
      for (const id of [1, 2, 3]) told(w, id).isr = [1, 2];
      w.zookeeper.brokerConfigs.set('1', { 'leader.replication.throttled.rate': '1' });
    });
  });

  test('a leader that nobody is sent to because it is dead is found once', () => {
    const findings = after((w) => {
      dies(w, 1);
      for (const id of [2, 3]) {
        Object.assign(told(w, id), { leader: -1, error: 'LEADER_NOT_AVAILABLE' });
      }
    });
    expect(findings).toContain('LEADER_DEAD clicks-0');
    expect(findings.filter((one) => one.startsWith('METADATA_LEADER'))).toEqual([]);
  });

  test('in-sync replicas in another order', () => {
    nothing((w) => (told(w, 2).isr = [3, 2, 1]));
  });

  test('a deleted directory that has not been there for long', () => {
    nothing((w) =>
      disk(w).directories.push({
        ...disk(w).directories[0],
        ...{ kind: 'delete', name: 'clicks-0.ff-delete', ageMs: 1000 },
      }),
    );
  });

  test('disks that were not looked at', () => nothing((w) => (w.disks = [])));

  test('a directory that cannot be read says nothing of what is in it', () => {
    const findings = after((w) => {
      disk(w).unreadable.push({ path: '/disks/1', problem: 'ENOENT' });
      Object.assign(disk(w), { directories: [], checkpoints: [], meta: undefined });
    });
    expect(findings).toEqual(['DISK_UNREADABLE /disks/1']);
  });

  test('a replica that has left the isr may lack records', () => {
    const findings = after((w) => {
      state(w).isr = [1, 3];
      answers(w, 2).behind.push({ topic: 'clicks', partition: 0, leader: 1, committed: 100 });
    });
    expect(findings).not.toContain('REPLICA_LACKS_COMMITTED clicks-0 at broker 2');
  });
});

describe('remedies that know more', () => {
  const adviceOf = (code: string, ...plants: readonly Plant[]): string | undefined => {
    const world = healthySnapshot();
    for (const plant of plants) plant(world);
    const check = checks.find((one) => one.code === code)!;
    return [...check.find(world)].map(({ remedy = check.remedy }) => remedy)[0];
  };
  const deletion: Plant = (w) => w.zookeeper.deletions.set('clicks', { topicId: null, at: 0 });

  test.each<[string, RegExp, Plant[]]>([
    ['NO_LEADER', /^In sync and alive: brokers 1, 2 and 3/, [(w) => (state(w).leader = -1)]],
    [
      'NO_LEADER',
      /^Start broker 3\. .*unclean/,
      [(w) => Object.assign(state(w), { leader: -1, isr: [3] }), (w) => dies(w, 3)],
    ],
    ['UNDER_REPLICATED', /^Start broker 3,/, [(w) => (state(w).isr = [1, 2]), (w) => dies(w, 3)]],
    [
      'UNDER_REPLICATED',
      /^Start brokers 2 and 3,/,
      [(w) => (state(w).isr = [1]), (w) => dies(w, 3), (w) => dies(w, 2)],
    ],
    ['BELOW_MIN_ISR', /^See why they do not catch up/, [(w) => (state(w).isr = [1])]],
    [
      'BELOW_MIN_ISR',
      /^Start one of brokers 2 and 3;/,
      [(w) => (state(w).isr = [1]), (w) => dies(w, 3), (w) => dies(w, 2)],
    ],
    ['AT_MIN_ISR', /^Start broker 3 before/, [(w) => (state(w).isr = [1, 2]), (w) => dies(w, 3)]],
    ['DELETION_STUCK', /waits for broker 3/, [deletion, (w) => dies(w, 3)]],
    ['DELETION_STUCK', /reassignment/, [deletion, (w) => moving(w, [3], [])]],
    [
      'DELETION_STUCK',
      /An earlier topic/,
      [(w) => w.zookeeper.deletions.set('clicks', { topicId: 'old', at: 0 })],
    ],
    [
      'REPLICA_NOT_ON_DISK',
      /which has failed/,
      [
        (w) =>
          Object.assign(answers(w, 2).logDirs[0], { error: 'KAFKA_STORAGE_ERROR', partitions: [] }),
      ],
    ],
  ])('%s: %s', (code, remedy, plants) => {
    expect(adviceOf(code, ...plants)).toMatch(remedy);
  });
});
