import { ProtocolError } from '../../client/protocol/protocol-error';
import { oneRecord } from '../log/testing/log-fixture';
import { IsrChangeRefused } from './isr-changer';
import type { Partition } from './partition';
import { codeOf, instruction, ReplicaFixture, settled } from './testing/replica-fixture';

let fixture: ReplicaFixture;
let partition: Partition;

beforeEach(async () => {
  fixture = await ReplicaFixture.open();
  partition = await fixture.obey();
});

afterEach(() => fixture.close());

/** Both followers have everything. */
function catchUp(): void {
  const end = partition.leaderLog().writtenEndOffset;
  fixture.fetch(partition, 2, end);
  fixture.fetch(partition, 3, end);
}

function produce(timeoutMs = 1000): Promise<string> {
  return codeOf(partition.committed(partition.append(oneRecord('x'), -1), timeoutMs));
}

describe('the high watermark', () => {
  it('is the smallest log end of the ISR', async () => {
    await fixture.append(partition, 5);
    expect(partition.highWatermark).toBe(0);
    fixture.fetch(partition, 2, 4);
    expect(partition.highWatermark).toBe(0);
    fixture.fetch(partition, 3, 3);
    expect(partition.highWatermark).toBe(3);
    fixture.fetch(partition, 3, 5);
    expect(partition.highWatermark).toBe(4);
  });

  it('never falls', async () => {
    await fixture.append(partition, 5);
    catchUp();
    fixture.fetch(partition, 2, 1);
    expect(partition.highWatermark).toBe(5);
  });

  it('is the written end when the leader is alone', async () => {
    fixture.minInsyncReplicas = 1;
    await fixture.obey({ leaderEpoch: 4, isr: [1], partitionEpoch: 8 });
    await fixture.append(partition, 2);
    expect(partition.highWatermark).toBe(2);
  });

  it('does not move while the ISR is too small', async () => {
    await fixture.obey({ leaderEpoch: 4, isr: [1], partitionEpoch: 8 });
    await fixture.append(partition, 2);
    expect(partition.highWatermark).toBe(0);
  });

  it('needs no more replicas in sync than the topic has, those being added aside', async () => {
    fixture.minInsyncReplicas = 3;
    await fixture.obey({
      leaderEpoch: 4,
      isr: [1],
      partitionEpoch: 8,
      replicas: [1, 2, 3],
      addingReplicas: [2, 3],
    });
    await fixture.append(partition, 2);
    expect(partition.highWatermark).toBe(2);
  });

  it('waits for a follower that is about to join the ISR', async () => {
    fixture.minInsyncReplicas = 1;
    await fixture.obey({ leaderEpoch: 4, isr: [1], partitionEpoch: 8, replicas: [1, 2] });
    await fixture.append(partition, 2);
    fixture.fetch(partition, 2, 2);
    await fixture.append(partition, 2);
    expect(partition.isr).toEqual([1]);
    expect(partition.highWatermark).toBe(2);
  });

  it('does not wait for one that has died', async () => {
    fixture.minInsyncReplicas = 1;
    await fixture.obey({ leaderEpoch: 4, isr: [1], partitionEpoch: 8, replicas: [1, 2] });
    await fixture.append(partition, 2);
    fixture.live.delete(2);
    fixture.fetch(partition, 2, 2);
    await fixture.append(partition, 2);
    expect(partition.highWatermark).toBe(4);
  });
});

describe('the ISR', () => {
  async function lagBehind(): Promise<void> {
    await fixture.append(partition, 5);
    fixture.clock.advance(20_000);
    fixture.fetch(partition, 2, 5);
    fixture.clock.advance(25_000);
    await settled();
  }

  it('shrinks by those that lag, when the controller says so', async () => {
    await lagBehind();
    expect(fixture.isr.proposed).toEqual([1, 2]);
    expect(fixture.isr.last).toMatchObject({ leaderEpoch: 3, partitionEpoch: 7 });
    expect(partition.isr).toEqual([1, 2, 3]);
    expect(partition.highWatermark).toBe(0);
    await fixture.isr.grant();
    expect(partition.isr).toEqual([1, 2]);
    expect(partition.highWatermark).toBe(5);
  });

  it('keeps an idle follower that has everything', async () => {
    await fixture.append(partition, 5);
    catchUp();
    fixture.clock.advance(1_000_000);
    expect(fixture.isr.asked).toEqual([]);
  });

  it('grows by one that has caught up, which counts at once', async () => {
    fixture.minInsyncReplicas = 1;
    await fixture.obey({ leaderEpoch: 4, isr: [1], partitionEpoch: 8, replicas: [1, 2] });
    await fixture.append(partition, 2);
    fixture.fetch(partition, 2, 2);
    expect(fixture.isr.proposed).toEqual([1, 2]);
    expect(fixture.isr.last.newIsr[1]).toEqual({ brokerId: 2, brokerEpoch: 200 });
    fixture.clock.advance(14_000);
    await fixture.append(partition, 1);
    fixture.live.delete(2);
    await fixture.append(partition, 1);
    expect(partition.highWatermark).toBe(2);
    await fixture.isr.grant();
    expect(partition.isr).toEqual([1, 2]);
    expect(partition.highWatermark).toBe(2);
    fixture.fetch(partition, 2, 4);
    expect(partition.highWatermark).toBe(4);
  });

  it('does not grow by one that lacks what may be committed', async () => {
    await fixture.append(partition, 5);
    await fixture.obey({ leaderEpoch: 4, isr: [1, 2], partitionEpoch: 8 });
    fixture.fetch(partition, 3, 4);
    expect(fixture.isr.asked).toEqual([]);
    fixture.fetch(partition, 3, 5);
    expect(fixture.isr.proposed).toEqual([1, 2, 3]);
  });

  it('does not grow by one that is not registered, or fetched in another life', async () => {
    await fixture.obey({ leaderEpoch: 4, isr: [1, 2], partitionEpoch: 8 });
    fixture.live.delete(3);
    fixture.fetch(partition, 3, 0);
    fixture.live.set(3, 300);
    fixture.fetch(partition, 3, 0, 301);
    expect(fixture.isr.asked).toEqual([]);
    fixture.live.set(3, 301);
    expect(() => fixture.fetch(partition, 3, 0, 300)).toThrow(ProtocolError);
    expect(fixture.isr.asked).toEqual([]);
    fixture.fetch(partition, 3, 0, 301);
    expect(fixture.isr.proposed).toEqual([1, 2, 3]);
  });

  it('has one change under way at a time', async () => {
    await fixture.obey({ leaderEpoch: 4, isr: [1], partitionEpoch: 8 });
    fixture.fetch(partition, 2, 0);
    fixture.fetch(partition, 3, 0);
    fixture.clock.advance(100_000);
    expect(fixture.isr.asked).toHaveLength(1);
    await fixture.isr.grant();
    fixture.fetch(partition, 3, 0);
    expect(fixture.isr.proposed).toEqual([1, 2, 3]);
    expect(fixture.isr.last.partitionEpoch).toBe(9);
  });

  it('is what it was when the controller did not try, and is left alone for a moment', async () => {
    fixture.minInsyncReplicas = 1;
    await fixture.obey({ leaderEpoch: 4, isr: [1], partitionEpoch: 8, replicas: [1, 2] });
    fixture.fetch(partition, 2, 0);
    await fixture.isr.refuse(new IsrChangeRefused('INELIGIBLE_REPLICA'));
    expect(partition.leading().maximalIsr).toEqual([1]);
    fixture.fetch(partition, 2, 0);
    expect(fixture.isr.asked).toHaveLength(1);
    fixture.clock.advance(500);
    fixture.fetch(partition, 2, 0);
    expect(fixture.isr.asked).toHaveLength(2);
  });

  it('leaves a replica alone for a moment that the controller has removed', async () => {
    await fixture.obey({ isr: [1, 2], partitionEpoch: 8 });
    fixture.fetch(partition, 3, 0);
    expect(fixture.isr.asked).toHaveLength(0);
    fixture.clock.advance(500);
    fixture.fetch(partition, 3, 0);
    expect(fixture.isr.proposed).toEqual([1, 2, 3]);
  });

  it('does not hold the high watermark for a replica that was refused and fetches no more', async () => {
    await fixture.obey({ leaderEpoch: 4, isr: [1, 2], partitionEpoch: 8 });
    fixture.fetch(partition, 3, 0);
    await fixture.isr.refuse(new IsrChangeRefused('INELIGIBLE_REPLICA'));
    fixture.fetch(partition, 3, 0);
    const acknowledged = produce();
    await settled();
    fixture.fetch(partition, 2, 1);
    expect(await acknowledged).toBe('OK');
    fixture.clock.advance(1000);
    await fixture.append(partition, 1);
    fixture.fetch(partition, 2, 2);
    expect(partition.highWatermark).toBe(2);
  });

  it('does not hold the high watermark for a replica that was about to join and dies', async () => {
    fixture.live.set(4, 400);
    const replicas = [1, 2, 3, 4];
    await fixture.obey({ leaderEpoch: 4, isr: [1, 2], partitionEpoch: 8, replicas });
    fixture.fetch(partition, 3, 0);
    fixture.fetch(partition, 4, 0);
    await fixture.isr.grant();
    const acknowledged = produce();
    await settled();
    fixture.fetch(partition, 2, 1);
    fixture.fetch(partition, 3, 1);
    expect(partition.highWatermark).toBe(0);
    fixture.live.delete(4);
    fixture.replicas.brokersChanged();
    expect(await acknowledged).toBe('OK');
  });

  it.each(['FENCED_LEADER_EPOCH', 'INVALID_UPDATE_VERSION', 'UNKNOWN_TOPIC_ID'] as const)(
    'stays open after %s until the controller says more',
    async (code) => {
      await lagBehind();
      await fixture.isr.refuse(new IsrChangeRefused(code));
      expect(partition.leading().maximalIsr).toEqual([1, 2, 3]);
      expect(partition.highWatermark).toBe(0);
      fixture.clock.advance(1000);
      expect(fixture.isr.asked).toHaveLength(1);
      await fixture.obey({ leaderEpoch: 4, isr: [1, 2], partitionEpoch: 9 });
      expect(partition.isr).toEqual([1, 2]);
      expect(partition.highWatermark).toBe(5);
    },
  );

  it('does not stay open for ever: the controller is asked again', async () => {
    await lagBehind();
    await fixture.isr.refuse(new IsrChangeRefused('INVALID_UPDATE_VERSION'));
    fixture.clock.advance(15_000);
    expect(fixture.isr.asked).toHaveLength(2);
    await fixture.isr.answer({
      leader: 1,
      leaderEpoch: 3,
      isr: [1, 2],
      partitionEpoch: 20,
      leaderRecoveryState: 'recovered',
    });
    expect(partition.isr).toEqual([1, 2]);
    expect(partition.partitionEpoch).toBe(20);
  });

  it('is taken over from a refusal that tells the newer state', async () => {
    await lagBehind();
    const current = {
      leader: 1,
      leaderEpoch: 3,
      isr: [1, 2],
      partitionEpoch: 9,
      leaderRecoveryState: 'recovered',
    } as const;
    await fixture.isr.refuse(new IsrChangeRefused('INVALID_UPDATE_VERSION', current));
    expect(partition.isr).toEqual([1, 2]);
    expect(partition.partitionEpoch).toBe(9);
  });

  it('is asked for again after an answer that says nothing', async () => {
    await lagBehind();
    await fixture.isr.refuse(new Error('Lost.'));
    expect(partition.leading().maximalIsr).toEqual([1, 2, 3]);
    fixture.clock.advance(50);
    expect(fixture.isr.asked).toHaveLength(2);
    expect(fixture.isr.proposed).toEqual([1, 2]);
  });

  it('does not change by answers that something newer has overtaken', async () => {
    await lagBehind();
    const [{ change }] = fixture.isr.asked;
    await fixture.obey({ leaderEpoch: 4, isr: [1, 3], partitionEpoch: 9 });
    expect(change.isWanted()).toBe(false);
    await fixture.isr.grant();
    expect(partition.isr).toEqual([1, 3]);
    expect(partition.partitionEpoch).toBe(9);
  });

  it('is taken from the same leader epoch with a newer partition epoch', async () => {
    await fixture.obey({ isr: [1, 2], partitionEpoch: 8 });
    expect(partition.isr).toEqual([1, 2]);
    await fixture.obey({ isr: [1, 2, 3], partitionEpoch: 6 });
    expect(partition.isr).toEqual([1, 2]);
  });
});

describe('acks=all', () => {
  it('is answered when the whole ISR has the records', async () => {
    const outcome = jest.fn();
    const first = produce().then(outcome);
    await settled();
    fixture.fetch(partition, 2, 1);
    await settled();
    expect(outcome).not.toHaveBeenCalled();
    fixture.fetch(partition, 3, 1);
    await first;
    expect(outcome).toHaveBeenCalledWith('OK');
    expect(fixture.replicas.produces.size).toBe(0);
  });

  it('is refused before anything is appended when too few are in sync', async () => {
    await fixture.obey({ leaderEpoch: 4, isr: [1], partitionEpoch: 8 });
    expect(() => partition.append(oneRecord('x'), -1)).toThrow(
      expect.objectContaining({ code: 'NOT_ENOUGH_REPLICAS' }) as Error,
    );
    expect(partition.leaderLog().logEndOffset).toBe(0);
    expect(partition.isUnderMinIsr).toBe(true);
  });

  it('ends when the ISR has shrunk too far meanwhile', async () => {
    const outcome = produce(60_000);
    await settled();
    await fixture.obey({ leaderEpoch: 4, isr: [1], partitionEpoch: 8 });
    expect(await outcome).toBe('NOT_ENOUGH_REPLICAS_AFTER_APPEND');
  });

  it('ends with its time', async () => {
    const outcome = produce(100);
    await settled();
    fixture.clock.advance(99);
    expect(fixture.replicas.produces.size).toBe(1);
    fixture.clock.advance(1);
    expect(await outcome).toBe('REQUEST_TIMED_OUT');
    expect(fixture.replicas.produces.size).toBe(0);
  });

  it('ends when the lead is lost, also between the append and the write', async () => {
    const waiting = produce();
    await settled();
    const unwritten = produce();
    await fixture.obey({ leader: 2, leaderEpoch: 4, partitionEpoch: 8 });
    expect(await waiting).toBe('NOT_LEADER_OR_FOLLOWER');
    expect(await unwritten).toBe('NOT_LEADER_OR_FOLLOWER');
    await fixture.obey({ leaderEpoch: 5, partitionEpoch: 9 });
    catchUp();
    expect(fixture.replicas.produces.size).toBe(0);
  });

  it('goes on when the same broker leads on under a newer epoch', async () => {
    const outcome = produce();
    await settled();
    await fixture.obey({ leaderEpoch: 4, isr: [1, 2], partitionEpoch: 8 });
    fixture.fetch(partition, 2, 1);
    expect(await outcome).toBe('OK');
  });

  it('ends when the broker stops', async () => {
    const outcome = produce();
    await settled();
    await fixture.replicas.close();
    expect(await outcome).toBe('NOT_LEADER_OR_FOLLOWER');
  });

  it('goes on without the lease, but acks 0 and 1 do not', async () => {
    fixture.lease.held = false;
    const outcome = produce();
    for (const acks of [0, 1]) {
      expect(() => partition.append(oneRecord('x'), acks)).toThrow(
        expect.objectContaining({ code: 'NOT_LEADER_OR_FOLLOWER' }) as Error,
      );
    }
    await settled();
    catchUp();
    expect(await outcome).toBe('OK');
  });

  it('does not acknowledge alone in a new session what it led in the last one', async () => {
    const { replicas, live } = fixture;
    const appendAlone = () => partition.append(oneRecord('x'), 1);
    const refused = expect.objectContaining({ code: 'NOT_LEADER_OR_FOLLOWER' }) as Error;
    await replicas.becomeLeaderOrFollower(1, [instruction()], true, 100);
    await appendAlone().written;
    live.delete(1);
    expect(appendAlone).toThrow(refused);
    live.set(1, 101);
    expect(appendAlone).toThrow(refused);
    const again = instruction({ leaderEpoch: 4, partitionEpoch: 8 });
    await replicas.becomeLeaderOrFollower(1, [again], true, 101);
    await appendAlone().written;
  });

  it('fails with a write that failed, and the offsets are another batch’s', async () => {
    fixture.minInsyncReplicas = 1;
    await fixture.obey({ leaderEpoch: 4, isr: [1], partitionEpoch: 8 });
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    const write = jest.spyOn(fixture.files, 'writevSync').mockImplementationOnce(() => {
      throw full;
    });
    const failed = partition.committed(partition.append(oneRecord('x'), -1), 1000);
    await expect(failed).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' });
    expect(write).toHaveBeenCalledTimes(1);
    const log = partition.leaderLog();
    expect(log.logEndOffset).toBe(0);
    expect(log.latestEpoch).toBe(4);
    expect(partition.highWatermark).toBe(0);
  });
});

test('a leader knows its high watermark when it has reached the start of its epoch', async () => {
  await fixture.append(partition, 3);
  await fixture.obey({ leader: 2, leaderEpoch: 4, partitionEpoch: 8 });
  await fixture.obey({ leaderEpoch: 5, partitionEpoch: 9 });
  expect(partition.leading().knowsHighWatermark).toBe(false);
  catchUp();
  expect(partition.leading().knowsHighWatermark).toBe(true);
});

test('an epoch begins in the epoch cache, also when nothing is appended', async () => {
  await fixture.append(partition, 3);
  await fixture.obey({ leaderEpoch: 9, partitionEpoch: 8 });
  const log = partition.leaderLog();
  expect(log.latestEpoch).toBe(9);
  expect(log.epochEndOffset(3)).toEqual({ leaderEpoch: 3, endOffset: 3 });
});

test('fetches of brokers that are no replicas are not heard', () => {
  expect(() => fixture.fetch(partition, 4, 0, 1)).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_LEADER_EPOCH' }) as Error,
  );
});
