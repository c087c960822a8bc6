import { deferred } from '../../client/runtime/deferred';
import { oneRecord } from '../log/testing/log-fixture';
import type { LeaderAndIsr } from './leader-and-isr';
import { ANY_EPOCH, EPOCH_DURING_DELETE } from './replica-manager';
import { codeOf, instruction, ReplicaFixture, settled } from './testing/replica-fixture';

let fixture: ReplicaFixture;

beforeEach(async () => (fixture = await ReplicaFixture.open()));
afterEach(() => fixture.close());

const otherTopicId = 'BBBBBBBBBBBBBBBBBBBBBQ';
const at = { topic: 't', partition: 0 };

/** The code of an instruction's failure, 'OK' without one. */
function obey(changes: Partial<LeaderAndIsr>): Promise<string> {
  return codeOf(fixture.obey(changes));
}

function stop(leaderEpoch: number, deletePartition: boolean) {
  return fixture.replicas.stopReplicas([{ topicPartition: at, leaderEpoch, deletePartition }]);
}

test('who asks for a partition that only others host is sent to look for it (as in Kafka)', async () => {
  const elsewhere = await ReplicaFixture.open({
    exists: (topic, index) => `${topic}-${index}` === 't-1',
  });
  const find = (index: number) => () => elsewhere.replicas.partition('t', index);
  expect(find(1)).toThrow(expect.objectContaining({ code: 'NOT_LEADER_OR_FOLLOWER' }) as Error);
  expect(find(2)).toThrow(expect.objectContaining({ code: 'UNKNOWN_TOPIC_OR_PARTITION' }) as Error);
  await elsewhere.close();
});

describe('who can wait for a partition', () => {
  const open = async () => {
    const configs = deferred();
    await fixture.close();
    fixture = await ReplicaFixture.open({ loadConfigs: () => configs.promise });
    const obeyed = fixture.obey({ isNew: true });
    await settled();
    const asked = fixture.replicas.settledPartition('t', 0);
    return { configs, obeyed, asked };
  };

  it('that is about to lead gets it when it does', async () => {
    const { configs, obeyed, asked } = await open();
    configs.resolve();
    expect((await asked).isLeader).toBe(true);
    await obeyed;
    expect((await fixture.replicas.settledPartition('t', 0)).isLeader).toBe(true);
  });

  it('does not wait for long', async () => {
    const { configs, obeyed, asked } = await open();
    fixture.clock.advance(1000);
    expect((await asked).isLeader).toBe(false);
    configs.resolve();
    await obeyed;
  });
});

describe('by its leader epoch an instruction', () => {
  it('is refused when older', async () => {
    await fixture.obey({ leaderEpoch: 4 });
    expect(await obey({ leaderEpoch: 3, leader: 2 })).toBe('STALE_CONTROLLER_EPOCH');
    expect(fixture.replicas.partition('t', 0).isLeader).toBe(true);
  });

  it('changes nothing when repeated', async () => {
    const partition = await fixture.obey();
    const leadership = partition.leading();
    fixture.fetch(partition, 2, 0);
    expect(await obey({ leader: 2 })).toBe('OK');
    expect(partition.leading()).toBe(leadership);
  });

  it('is done again when it failed halfway (KAFKA-9307)', async () => {
    const create = jest.spyOn(fixture.logManager, 'getOrCreateLog');
    create.mockRejectedValueOnce(new Error('For once.'));
    expect(await obey({ leader: 2 })).toContain('For once.');
    expect(fixture.fetchers.followed.size).toBe(0);
    expect(await obey({ leader: 2 })).toBe('OK');
    expect(fixture.fetchers.followed.get('t-0')).toMatchObject({ leader: 2, leaderEpoch: 3 });
  });

  it('is done again when the leader of before could not let go (KAFKA-9307)', async () => {
    const partition = await fixture.obey();
    const create = jest.spyOn(fixture.logManager, 'getOrCreateLog');
    create.mockRejectedValueOnce(new Error('For once.'));
    expect(await obey({ leader: 2, leaderEpoch: 4 })).toContain('For once.');
    expect(partition.isLeader).toBe(false);
    expect(await obey({ leader: 2, leaderEpoch: 4 })).toBe('OK');
    expect(partition.isFollower).toBe(true);
  });
});

describe('a new leader', () => {
  it('waits until nobody writes what it followed', async () => {
    await fixture.obey({ leader: 2 });
    const leaving = deferred();
    fixture.fetchers.leaving = leaving.promise;
    const leads = fixture.obey({ leaderEpoch: 4 });
    await settled();
    const partition = fixture.replicas.partition('t', 0);
    expect(partition.isLeader).toBe(false);
    expect(() => partition.append(oneRecord('x'), 1)).toThrow();
    leaving.resolve();
    await leads;
    expect(partition.isLeader).toBe(true);
    expect(fixture.fetchers.followed.size).toBe(0);
  });

  it('that was not in sync is announced loudly', async () => {
    await fixture.obey({ leaderRecoveryState: 'recovering' });
    expect(fixture.logger.events('leader-elected-uncleanly')).toHaveLength(1);
  });

  it('does not lead in a directory that fails meanwhile', async () => {
    const open = fixture.logManager.getOrCreateLog.bind(fixture.logManager);
    jest.spyOn(fixture.logManager, 'getOrCreateLog').mockImplementationOnce(async (...args) => {
      const log = await open(...args);
      jest.spyOn(fixture.logManager, 'getLog').mockReturnValueOnce(undefined);
      return log;
    });
    const failures = await fixture.replicas.becomeLeaderOrFollower(1, [instruction()]);
    expect(failures.get('t-0')).toMatchObject({ code: 'KAFKA_STORAGE_ERROR' });
    expect(fixture.replicas.partition('t', 0).isOffline).toBe(true);
  });

  it('does not wait for ever for the configs of its topic', async () => {
    await fixture.close();
    fixture = await ReplicaFixture.open({ loadConfigs: () => new Promise(() => {}) });
    const leads = fixture.obey();
    await settled();
    fixture.clock.advance(2000);
    expect((await leads).isLeader).toBe(true);
    expect(fixture.logger.events('topic-configs-late')).toHaveLength(1);
  });
});

describe('a former leader', () => {
  it('stops at once, before it follows', async () => {
    const partition = await fixture.obey();
    const create = deferred();
    const open = fixture.logManager.getOrCreateLog.bind(fixture.logManager);
    jest.spyOn(fixture.logManager, 'getOrCreateLog').mockImplementationOnce(async (...args) => {
      await create.promise;
      return open(...args);
    });
    const follows = fixture.obey({ leader: 2, leaderEpoch: 4 });
    await settled();
    expect(() => partition.append(oneRecord('x'), 1)).toThrow();
    create.resolve();
    await follows;
    expect(partition.isFollower).toBe(true);
  });

  it('follows nobody when there is no leader', async () => {
    const partition = await fixture.obey({ leader: 2 });
    await fixture.obey({ leader: -1, leaderEpoch: 4 });
    expect(fixture.fetchers.followed.size).toBe(0);
    expect(partition.isFollower).toBe(true);
  });
});

test('instructions come one after the other', async () => {
  const results = [
    obey({ leaderEpoch: 3 }),
    obey({ leaderEpoch: 4, leader: 2 }),
    obey({ leaderEpoch: 5 }),
    obey({ leaderEpoch: 4, leader: 3 }),
  ];
  expect(await Promise.all(results)).toEqual(['OK', 'OK', 'OK', 'STALE_CONTROLLER_EPOCH']);
  expect(fixture.replicas.partition('t', 0)).toMatchObject({ isLeader: true, leaderEpoch: 5 });
});

test('a controller that was followed by another while it waited is not obeyed', async () => {
  fixture.replicas.gate.admit({
    controllerId: 2,
    controllerEpoch: 9,
    brokerEpoch: -1,
    brokerId: 1,
  });
  await expect(fixture.obey()).rejects.toMatchObject({ code: 'STALE_CONTROLLER_EPOCH' });
});

test('a broker that is no replica does nothing', async () => {
  expect(await obey({ replicas: [2, 3], leader: 2 })).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  expect(fixture.replicas.partitions()).toEqual([]);
});

describe('a log that belongs to another topic of the same name', () => {
  it('is not used', async () => {
    await fixture.obey();
    expect(await obey({ topicId: otherTopicId, leaderEpoch: 0 })).toBe('INCONSISTENT_TOPIC_ID');
  });

  it('is moved aside when the controller names everything', async () => {
    await fixture.append(await fixture.obey(), 3);
    const anew = instruction({ topicId: otherTopicId, leaderEpoch: 0 });
    const failures = await fixture.replicas.becomeLeaderOrFollower(1, [anew], true);
    expect([...failures.values()]).toEqual([]);
    const partition = fixture.replicas.partition('t', 0);
    expect(partition.leaderLog()).toMatchObject({ topicId: otherTopicId, logEndOffset: 0 });
    const aside = await fixture.files.readdir('/data');
    expect(aside.filter((name) => name.endsWith('-stray'))).toHaveLength(1);
  });
});

describe('a log nobody names', () => {
  const others = [
    instruction({ topicPartition: { topic: 'u', partition: 0 }, topicId: otherTopicId }),
  ];
  const strays = async () =>
    (await fixture.files.readdir('/data')).filter((name) => name.endsWith('-stray'));

  beforeEach(() => fixture.obey());

  it('is moved aside when the metadata does not know its topic', async () => {
    await fixture.replicas.becomeLeaderOrFollower(1, others, true);
    expect(await strays()).toEqual([]);
    await fixture.replicas.removeStrays(1, () => undefined);
    expect(await strays()).toEqual([expect.stringMatching(/^t-0\.[0-9a-f]{32}-stray$/)]);
    expect(fixture.replicas.find('t', 0)).toBeUndefined();
    expect(fixture.replicas.find('u', 0)?.isLeader).toBe(true);
  });

  it.each([
    ['assigns it to this broker', [1, 2]],
    ['says nothing of the partition', undefined],
  ])('stays when the metadata knows its topic and %s', async (_, replicas) => {
    await fixture.replicas.becomeLeaderOrFollower(1, others, true);
    await fixture.replicas.removeStrays(1, () => ({ ...instruction(), replicas }));
    expect(await strays()).toEqual([]);
  });

  it('is moved aside when the metadata assigns the partition to others', async () => {
    await fixture.replicas.becomeLeaderOrFollower(1, others, true);
    await fixture.replicas.removeStrays(1, () => ({ ...instruction(), replicas: [2, 3] }));
    expect(await strays()).toHaveLength(1);
    expect(fixture.replicas.find('t', 0)).toBeUndefined();
  });

  it('stays when the partition has come back by the time the metadata comes', async () => {
    await fixture.replicas.becomeLeaderOrFollower(1, others, true);
    await fixture.obey({ leaderEpoch: 9 });
    await fixture.replicas.removeStrays(1, () => ({ ...instruction(), replicas: [2, 3] }));
    expect(await strays()).toEqual([]);
    expect(fixture.replicas.partition('t', 0).isLeader).toBe(true);
  });

  it('is not served any more: the partition was moved away meanwhile', async () => {
    expect(fixture.replicas.partition('t', 0).isLeader).toBe(true);
    await fixture.replicas.becomeLeaderOrFollower(1, others, false);
    expect(fixture.replicas.partition('t', 0).isLeader).toBe(true);
    await fixture.replicas.becomeLeaderOrFollower(1, others, true);
    const partition = fixture.replicas.partition('t', 0);
    expect(() => partition.leaderLog()).toThrow('does not lead');
    expect(partition.servedLog).toBeUndefined();
    // It may come back.
    expect((await fixture.obey({ leaderEpoch: 9 })).isLeader).toBe(true);
  });

  it('stays when not everything was named, or by another controller', async () => {
    await fixture.replicas.becomeLeaderOrFollower(1, others, false);
    await fixture.replicas.removeStrays(1, () => undefined);
    await fixture.replicas.becomeLeaderOrFollower(1, others, true);
    await fixture.replicas.removeStrays(2, () => undefined);
    expect(await strays()).toEqual([]);
  });
});

describe('a stopped replica', () => {
  it('neither leads nor follows, and keeps its log', async () => {
    const partition = await fixture.obey({ leader: 2 });
    expect([...(await stop(3, false)).values()]).toEqual([]);
    expect(fixture.fetchers.followed.size).toBe(0);
    expect(partition.isFollower).toBe(false);
    expect(fixture.logManager.getLog(at)).toBeDefined();
    expect(await obey({ leader: 2 })).toBe('OK');
    expect(fixture.fetchers.followed.size).toBe(1);
  });

  it('goes with its log when it is deleted', async () => {
    await fixture.obey();
    await stop(EPOCH_DURING_DELETE, true);
    expect(fixture.logManager.getLog(at)).toBeUndefined();
    expect(fixture.replicas.partitions()).toEqual([]);
    expect([...(await stop(EPOCH_DURING_DELETE, true)).values()]).toEqual([]);
  });

  it('is not stopped by what is older than its leader', async () => {
    await fixture.obey();
    expect((await stop(2, true)).get('t-0')).toMatchObject({ code: 'FENCED_LEADER_EPOCH' });
    expect(fixture.replicas.partition('t', 0).isLeader).toBe(true);
    expect([...(await stop(ANY_EPOCH, false)).values()]).toEqual([]);
  });

  it('is deleted when nobody writes it any more', async () => {
    await fixture.obey({ leader: 2 });
    const leaving = deferred();
    fixture.fetchers.leaving = leaving.promise;
    const stopped = stop(3, true);
    await settled();
    expect(fixture.logManager.getLog(at)).toBeDefined();
    leaving.resolve();
    await stopped;
    expect(fixture.logManager.getLog(at)).toBeUndefined();
  });
});
