import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import { errorFacts } from '../../client/protocol/error-codes';
import type { DeleteRecords } from '../../client/protocol/messages/delete-records';
import {
  ControlRequestType,
  type LeaderAndIsr,
} from '../../client/protocol/messages/leader-and-isr';
import { OffsetSpec, type ListOffsets } from '../../client/protocol/messages/list-offsets';
import type { OffsetForLeaderEpoch } from '../../client/protocol/messages/offset-for-leader-epoch';
import type { Produce } from '../../client/protocol/messages/produce';
import type { StopReplica } from '../../client/protocol/messages/stop-replica';
import { batchOf, oneRecord } from '../log/testing/log-fixture';
import type { Partition } from '../replication/partition';
import { ReplicaFixture, settled, topicId } from '../replication/testing/replica-fixture';
import { deleteRecordsHandler } from './delete-records';
import { leaderAndIsrHandler } from './leader-and-isr';
import { listOffsetsHandler } from './list-offsets';
import { offsetForLeaderEpochHandler } from './offset-for-leader-epoch';
import { produceHandler } from './produce';
import { stopReplicaHandler } from './stop-replica';
import { requestContext } from './testing/request-context';

let fixture: ReplicaFixture;
let partition: Partition;

beforeEach(async () => {
  fixture = await ReplicaFixture.open();
  partition = await fixture.obey();
});

afterEach(() => fixture.close());

const nameOf = (errorCode: number | undefined) => errorFacts(errorCode ?? 0).name;

function catchUp(logStartOffset = 0): void {
  const fetchOffset = partition.leaderLog().writtenEndOffset;
  for (const replicaId of [2, 3]) {
    const replica = { replicaId, brokerEpoch: replicaId * 100 };
    partition.recordFetch(replica, { fetchOffset, logStartOffset });
  }
}

describe('Produce', () => {
  async function answerTo(name: string, acks: number, timeoutMs: number, records: Buffer) {
    const handle = produceHandler({ replicas: fixture.replicas, logger: fixture.logger });
    const request: RequestOf<typeof Produce> = {
      transactionalId: null,
      acks,
      timeoutMs,
      topicData: [{ name, partitionData: [{ index: 0, records }] }],
    };
    const response = (await handle(request, requestContext())) as
      ResponseInput<typeof Produce> | undefined;
    return response?.responses[0]?.partitionResponses[0];
  }

  async function produce(acks: number, timeoutMs = 1000) {
    const answer = await answerTo('t', acks, timeoutMs, oneRecord('x'));
    return answer && { error: nameOf(answer.errorCode), baseOffset: answer.baseOffset };
  }

  it('waits for the ISR with acks=all, not with acks=1', async () => {
    expect(await produce(1)).toEqual({ error: 'NONE', baseOffset: 0 });
    const outcome = produce(-1);
    await settled();
    expect(fixture.replicas.produces.size).toBe(1);
    catchUp();
    expect(await outcome).toEqual({ error: 'NONE', baseOffset: 1 });
  });

  it('says what became of acks=all', async () => {
    const late = produce(-1, 100);
    await settled();
    fixture.clock.advance(100);
    expect(await late).toEqual({ error: 'REQUEST_TIMED_OUT', baseOffset: -1 });
    const shrunk = produce(-1, 100);
    await settled();
    await fixture.obey({ leaderEpoch: 4, isr: [1], partitionEpoch: 8 });
    expect((await shrunk)?.error).toBe('NOT_ENOUGH_REPLICAS_AFTER_APPEND');
    expect((await produce(-1))?.error).toBe('NOT_ENOUGH_REPLICAS');
  });

  it('names the records without a key that a compacted topic does not take', async () => {
    const log = partition.leaderLog();
    log.updateConfig({ ...log.config, cleanupPolicy: ['compact'] });
    const batch = batchOf([{ key: 'k', value: '1' }, { value: '2' }]);
    const answer = await answerTo('t', 1, 100, batch);
    expect(nameOf(answer?.errorCode)).toBe('INVALID_RECORD');
    expect(answer?.recordErrors).toEqual([
      { batchIndex: 1, batchIndexErrorMessage: 'A compacted topic takes no record without a key.' },
    ]);
  });

  it("refuses what clients write to the cluster's own topics", async () => {
    const answer = await answerTo('__consumer_offsets', 1, 100, oneRecord('x'));
    expect(nameOf(answer?.errorCode)).toBe('INVALID_TOPIC_EXCEPTION');
  });

  it('does not acknowledge acks=1 when the lease was lost before the answer', async () => {
    const outcome = produce(1);
    fixture.lease.held = false;
    expect((await outcome)?.error).toBe('NOT_LEADER_OR_FOLLOWER');
    await expect(produce(0)).rejects.toMatchObject({ code: 'NOT_LEADER_OR_FOLLOWER' });
  });
});

describe('ListOffsets', () => {
  async function offsets(timestamp: number, replicaId = -1, apiVersion = 7, times = 1) {
    const handle = listOffsetsHandler(fixture);
    const wanted = { partitionIndex: 0, currentLeaderEpoch: -1, maxNumOffsets: 1 };
    const partitions = Array.from({ length: times }, () => ({ ...wanted, timestamp }));
    const response = (await handle(
      { replicaId, isolationLevel: 0, topics: [{ name: 't', partitions }] },
      requestContext({ apiVersion }),
    )) as ResponseInput<typeof ListOffsets>;
    const answer = response.topics[0]?.partitions[0];
    if (answer?.errorCode) return nameOf(answer.errorCode);
    return answer?.oldStyleOffsets ?? answer?.offset;
  }

  it('does not guess what a special timestamp means that the version does not know', async () => {
    await fixture.append(partition, 3);
    catchUp();
    expect(await offsets(OffsetSpec.MAX_TIMESTAMP, -1, 6)).toBe('UNSUPPORTED_VERSION');
    expect(await offsets(OffsetSpec.EARLIEST_LOCAL)).toBe('UNSUPPORTED_VERSION');
    expect(await offsets(OffsetSpec.EARLIEST_LOCAL, -1, 8)).toBe(0);
    expect(await offsets(OffsetSpec.LATEST_TIERED, -1, 8)).toBe('UNSUPPORTED_VERSION');
    expect(await offsets(OffsetSpec.LATEST_TIERED, -1, 9)).toBe(-1);
    expect(await offsets(-6, -1, 9)).toBe('UNSUPPORTED_VERSION');
  });

  it('answers version 0 with a list of offsets, clients what is committed', async () => {
    await fixture.append(partition, 3);
    catchUp();
    await fixture.append(partition, 2);
    expect(await offsets(OffsetSpec.LATEST, -1, 0)).toEqual([3]);
    expect(await offsets(OffsetSpec.LATEST, 2, 0)).toEqual([5]);
    expect(await offsets(OffsetSpec.EARLIEST, -1, 0)).toEqual([0]);
    expect(await offsets(OffsetSpec.MAX_TIMESTAMP, -1, 0)).toBe('UNSUPPORTED_VERSION');
  });

  it('refuses a partition that is asked about twice', async () => {
    expect(await offsets(OffsetSpec.LATEST, -1, 7, 2)).toBe('INVALID_REQUEST');
  });

  it('tells clients what is committed and followers what there is', async () => {
    await fixture.append(partition, 3);
    catchUp();
    await fixture.append(partition, 2);
    expect(await offsets(OffsetSpec.LATEST)).toBe(3);
    expect(await offsets(OffsetSpec.LATEST, 2)).toBe(5);
  });

  it('does not tell clients the end before the leader knows it (KIP-207)', async () => {
    await fixture.append(partition, 3);
    await fixture.obey({ leaderEpoch: 4, partitionEpoch: 8 });
    expect(await offsets(OffsetSpec.LATEST)).toBe('OFFSET_NOT_AVAILABLE');
    expect(await offsets(OffsetSpec.LATEST, -1, 4)).toBe('LEADER_NOT_AVAILABLE');
    expect(await offsets(999)).toBe('OFFSET_NOT_AVAILABLE');
    expect(await offsets(OffsetSpec.EARLIEST)).toBe(0);
    expect(await offsets(OffsetSpec.LATEST, 2)).toBe(3);
    catchUp();
    expect(await offsets(OffsetSpec.LATEST)).toBe(3);
    expect(await offsets(5000)).toBe(-1);
  });
});

describe('OffsetForLeaderEpoch', () => {
  it.each([
    [2, -1, { leaderEpoch: 2, endOffset: 0 }],
    [3, -1, { leaderEpoch: 3, endOffset: 2 }],
    [4, 6, { leaderEpoch: 3, endOffset: 2 }],
    [6, 6, { leaderEpoch: 6, endOffset: 3 }],
    [9, -1, { leaderEpoch: 6, endOffset: 3 }],
    [-1, -1, { leaderEpoch: -1, endOffset: -1 }],
    [3, 5, { leaderEpoch: -1, endOffset: -1, errorCode: 74 }],
    [3, 7, { leaderEpoch: -1, endOffset: -1, errorCode: 75 }],
  ])('epoch %d asked under %d', async (leaderEpoch, currentLeaderEpoch, expected) => {
    await fixture.append(partition, 2);
    await fixture.obey({ leaderEpoch: 6, partitionEpoch: 8 });
    await fixture.append(partition, 1);
    expect(await endOf(leaderEpoch, currentLeaderEpoch, 2)).toMatchObject(expected);
  });

  it('does not have a client cut what is newer than the leader', async () => {
    expect(await endOf(9, -1, -1)).toMatchObject({ leaderEpoch: -1, endOffset: -1 });
  });

  async function endOf(leaderEpoch: number, currentLeaderEpoch: number, replicaId: number) {
    const { replicas, logger } = fixture;
    const partitions = [{ partition: 0, currentLeaderEpoch, leaderEpoch }];
    const response = (await offsetForLeaderEpochHandler({ replicas, logger })(
      { replicaId, topics: [{ topic: 't', partitions }] },
      requestContext(),
    )) as ResponseInput<typeof OffsetForLeaderEpoch>;
    return response.topics[0]?.partitions[0];
  }
});

describe('DeleteRecords', () => {
  async function deleteBefore(offset: number, timeoutMs = 1000) {
    const { replicas, logManager, logger } = fixture;
    const partitions = [{ partitionIndex: 0, offset }];
    const response = (await deleteRecordsHandler({ replicas, logManager, logger })(
      { topics: [{ name: 't', partitions }], timeoutMs },
      requestContext(),
    )) as ResponseInput<typeof DeleteRecords>;
    const answer = response.topics[0]?.partitions[0];
    return { error: nameOf(answer?.errorCode), lowWatermark: answer?.lowWatermark };
  }

  /** Resolves when the handler waits for the followers. */
  async function waiting(): Promise<void> {
    while (fixture.replicas.deletions.size === 0) await new Promise(setImmediate);
  }

  beforeEach(async () => {
    await fixture.append(partition, 5);
    catchUp();
  });

  it('waits until every live replica has followed', async () => {
    const outcome = deleteBefore(3);
    await waiting();
    expect(partition.leaderLog().logStartOffset).toBe(3);
    catchUp(3);
    expect(await outcome).toEqual({ error: 'NONE', lowWatermark: 3 });
  });

  it('does not wait for the dead, nor for ever', async () => {
    const late = deleteBefore(3, 100);
    await waiting();
    fixture.clock.advance(100);
    expect(await late).toEqual({ error: 'REQUEST_TIMED_OUT', lowWatermark: -1 });
    fixture.live.delete(2);
    fixture.live.delete(3);
    expect(await deleteBefore(-1)).toEqual({ error: 'NONE', lowWatermark: 5 });
    expect((await deleteBefore(6)).error).toBe('OFFSET_OUT_OF_RANGE');
  });

  it('ends when the lead is lost', async () => {
    const outcome = deleteBefore(3);
    await waiting();
    await fixture.obey({ leader: 2, leaderEpoch: 4, partitionEpoch: 8 });
    expect((await outcome).error).toBe('NOT_LEADER_OR_FOLLOWER');
  });
});

describe('what the controller says', () => {
  const state = {
    partitionIndex: 0,
    controllerEpoch: 2,
    leader: 2,
    leaderEpoch: 4,
    isr: [1, 2],
    partitionEpoch: 8,
    replicas: [1, 2, 3],
    addingReplicas: [],
    removingReplicas: [],
    isNew: false,
    leaderRecoveryState: 0,
  };
  const head = {
    controllerId: 3,
    isKRaftController: false,
    controllerEpoch: 2,
    brokerEpoch: 100,
    brokerId: 1,
  };

  async function leaderAndIsr(changes: object = {}, request: object = {}) {
    const handle = leaderAndIsrHandler({ replicas: fixture.replicas });
    const partitionStates = [{ ...state, ...changes }];
    return (await handle(
      {
        ...head,
        type: ControlRequestType.INCREMENTAL,
        topicStates: [{ topicName: 't', topicId, partitionStates }],
        liveLeaders: [],
        ...request,
      },
      requestContext(),
    )) as ResponseInput<typeof LeaderAndIsr>;
  }

  async function stopReplica(request: object = {}, leaderEpoch = 4) {
    const handle = stopReplicaHandler({ replicas: fixture.replicas });
    const partitionStates = [{ partitionIndex: 0, leaderEpoch, deletePartition: true }];
    return (await handle(
      { ...head, topicStates: [{ topicName: 't', partitionStates }], ...request },
      requestContext(),
    )) as ResponseInput<typeof StopReplica>;
  }

  it('is done', async () => {
    expect(await leaderAndIsr()).toEqual({
      errorCode: 0,
      topics: [{ topicId, partitionErrors: [{ partitionIndex: 0, errorCode: 0 }] }],
    });
    expect(partition).toMatchObject({ isFollower: true, leader: 2, leaderEpoch: 4 });
    expect(await stopReplica()).toEqual({
      errorCode: 0,
      partitionErrors: [{ topicName: 't', partitionIndex: 0, errorCode: 0 }],
    });
    expect(fixture.replicas.partitions()).toEqual([]);
  });

  it('is answered by partition', async () => {
    const [answer] = (await leaderAndIsr({ leaderEpoch: 2 })).topics;
    expect(nameOf(answer?.partitionErrors[0]?.errorCode)).toBe('STALE_CONTROLLER_EPOCH');
    const stopped = await stopReplica({}, 1);
    expect(nameOf(stopped.partitionErrors[0]?.errorCode)).toBe('FENCED_LEADER_EPOCH');
    expect(partition.isLeader).toBe(true);
  });

  it('counts only from the present controller, to the present life of the broker', async () => {
    for (const ask of [leaderAndIsr.bind(null, {}), stopReplica]) {
      expect(nameOf((await ask({ brokerEpoch: 99 })).errorCode)).toBe('STALE_BROKER_EPOCH');
    }
    await leaderAndIsr({ leaderEpoch: 3, leader: 1 }, { controllerEpoch: 5 });
    for (const ask of [leaderAndIsr.bind(null, {}), stopReplica]) {
      expect(nameOf((await ask({ controllerEpoch: 4 })).errorCode)).toBe('STALE_CONTROLLER_EPOCH');
    }
    expect(partition.isLeader).toBe(true);
  });
});
