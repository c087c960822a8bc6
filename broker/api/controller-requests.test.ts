import { ConnectionError, RequestTimeoutError } from '../../client/network';
import type { RequestOf } from '../../client/protocol/api';
import { ErrorCode } from '../../client/protocol/error-codes';
import type { apis } from '../../client/protocol/apis';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { ZERO_UUID } from '../../client/protocol/schema';
import { silentLogger } from '../../client/runtime/logger';
import { ManualClock } from '../../client/runtime/manual-clock';
import { MetadataCache } from '../metadata/metadata-cache';
import { ControllerGate } from '../replication/controller-gate';
import { allocateProducerIdsHandler } from './allocate-producer-ids';
import { alterPartitionHandler } from './alter-partition';
import { alterPartitionReassignmentsHandler } from './alter-partition-reassignments';
import { controlledShutdownHandler } from './controlled-shutdown';
import type { ControllerRoom } from './controller-request';
import { electLeadersHandler } from './elect-leaders';
import type { RequestContext } from './handler';
import { listPartitionReassignmentsHandler } from './list-partition-reassignments';
import { updateMetadataHandler } from './update-metadata';

const context = (clientId: string | null, apiVersion = 0) =>
  ({ clientId, apiVersion }) as RequestContext;
const PEER = 'broker-2-controller';

/** A broker that is not the controller, and a link to one that answers. */
function roomOf(answer: (api: string) => unknown) {
  const asked: string[] = [];
  const ask = (where: string) => async (api: { name: string }) => {
    asked.push(where);
    return answer(api.name);
  };
  const room = {
    controller: { handle: ask('local') },
    link: { ask: ask('link') },
    logger: silentLogger,
  } as unknown as ControllerRoom;
  return { room, asked };
}

const failing = (error: unknown) =>
  roomOf(() => {
    throw error;
  });

describe('requests for the controller', () => {
  const list = { timeoutMs: 1_000, topics: null };

  it('are passed on, but only once', async () => {
    const answer = { throttleTimeMs: 0, errorCode: 0, errorMessage: null, topics: [] };
    const { room, asked } = roomOf(() => answer);
    const handle = listPartitionReassignmentsHandler(room);
    expect(await handle(list, context('app'))).toBe(answer);
    expect(await handle(list, context(PEER))).toBe(answer);
    expect(asked).toEqual(['link', 'local']);
  });

  it('say what went wrong', async () => {
    const endpoint = { host: 'h', port: 1 };
    const codeOf = async (error: unknown) =>
      (await alterPartitionReassignmentsHandler(failing(error).room)(
        { timeoutMs: 1, topics: [] },
        context('app'),
      ))!.errorCode;
    expect(await codeOf(new ProtocolError('NOT_CONTROLLER'))).toBe(ErrorCode.NOT_CONTROLLER);
    const lost = new ConnectionError(endpoint, 'it broke.', { maybeSent: true });
    expect(await codeOf(lost)).toBe(ErrorCode.NOT_CONTROLLER);
    const late = new RequestTimeoutError(endpoint, 'ListPartitionReassignments', 1, false);
    expect(await codeOf(late)).toBe(ErrorCode.REQUEST_TIMED_OUT);
    expect(await codeOf(new Error('oh'))).toBe(ErrorCode.UNKNOWN_SERVER_ERROR);
  });

  it('of brokers are answered by this broker or not at all', async () => {
    const { room, asked } = failing(new ProtocolError('NOT_CONTROLLER'));
    const body = { brokerId: 1, brokerEpoch: 1 };
    const { NOT_CONTROLLER: errorCode } = ErrorCode;
    expect(await controlledShutdownHandler(room)(body, context('app'))).toMatchObject({
      errorCode,
    });
    expect(await allocateProducerIdsHandler(room)(body, context(PEER))).toMatchObject({
      errorCode,
    });
    expect(await alterPartitionHandler(room)({ ...body, topics: [] }, context(PEER))).toMatchObject(
      { errorCode },
    );
    expect(asked).toEqual(['local', 'local', 'local']);
  });
});

describe('ElectLeaders', () => {
  const request = {
    electionType: 0,
    topicPartitions: [{ topic: 't', partitions: [0, 1] }],
    timeoutMs: 1_000,
  };
  const response = () => ({
    throttleTimeMs: 0,
    errorCode: 0,
    replicaElectionResults: [
      {
        topic: 't',
        partitionResult: [
          { partitionId: 0, errorCode: 0, errorMessage: null },
          { partitionId: 1, errorCode: ErrorCode.ELECTION_NOT_NEEDED, errorMessage: null },
        ],
      },
    ],
  });
  const partition = (leader: number, leaderEpoch: number) => ({
    partition: 0,
    leader,
    leaderEpoch,
    isr: [1, 2],
    replicas: [1, 2],
    partitionEpoch: leaderEpoch,
    offlineReplicas: [],
  });

  function start(clientId = 'app', room = roomOf(response).room, apiVersion = 2) {
    const metadata = new MetadataCache();
    const clock = new ManualClock();
    const handle = electLeadersHandler({ ...room, metadata, clock });
    const answer = Promise.resolve(handle(request, context(clientId, apiVersion)));
    const tell = (leader: number, epoch: number) =>
      metadata.update([{ name: 't', topicId: 'a', partitions: [partition(leader, epoch)] }]);
    return { answer, clock, tell };
  }

  it('waits until this broker knows the leader', async () => {
    const { answer, tell, clock } = start();
    tell(2, 0);
    clock.advance(500);
    tell(1, 1);
    expect(await answer).toEqual(response());
  });

  it('does not wait for ever', async () => {
    const { answer, clock } = start();
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1_000);
    expect((await answer)?.replicaElectionResults[0]?.partitionResult).toMatchObject([
      { errorCode: ErrorCode.REQUEST_TIMED_OUT },
      { errorCode: ErrorCode.ELECTION_NOT_NEEDED },
    ]);
  });

  it('does not wait for the broker that has passed it on', async () => {
    expect(await start(PEER).answer).toEqual(response());
  });

  it('says what went wrong, to old clients per partition', async () => {
    const { room } = failing(new ProtocolError('NOT_CONTROLLER'));
    const { NOT_CONTROLLER: errorCode } = ErrorCode;
    expect(await start('app', room, 1).answer).toEqual({ errorCode, replicaElectionResults: [] });
    expect((await start('app', room, 0).answer)?.replicaElectionResults).toMatchObject([
      { topic: 't', partitionResult: [{ partitionId: 0, errorCode }, { errorCode }] },
    ]);
  });
});

describe('UpdateMetadata', () => {
  const gone: string[] = [];
  const metadata = new MetadataCache();
  const handle = updateMetadataHandler({
    metadata,
    gate: new ControllerGate(2, () => 7),
    logger: silentLogger,
    onTopicGone: ({ name }) => gone.push(name),
    onFull: () => {},
  });
  const ask = (
    change: Partial<RequestOf<typeof apis.UpdateMetadata>>,
    leaders: Record<string, number> = {},
  ) =>
    handle(
      {
        controllerId: 1,
        isKRaftController: false,
        type: 1,
        controllerEpoch: 3,
        brokerEpoch: 7,
        brokerId: 2,
        liveBrokers: [],
        topicStates: Object.entries(leaders).map(([topicName, leader]) => ({
          topicName,
          topicId: ZERO_UUID,
          partitionStates: [
            {
              partitionIndex: 0,
              controllerEpoch: 3,
              leader,
              leaderEpoch: 0,
              isr: [1],
              zkVersion: 0,
              replicas: [1],
              offlineReplicas: [],
            },
          ],
        })),
        ...change,
      },
      context(PEER),
    );

  it('takes over what the controller in office says, and nobody else', async () => {
    expect(await ask({}, { t: 1, u: 1 })).toEqual({ errorCode: 0 });
    expect(metadata.topics().map(({ name }) => name)).toEqual(['t', 'u']);
    const refused = async (change: object) =>
      ((await ask(change, { t: 2, v: 1 })) as { errorCode: number }).errorCode;
    expect(await refused({ controllerEpoch: 2 })).toBe(ErrorCode.STALE_CONTROLLER_EPOCH);
    expect(await refused({ brokerEpoch: 6 })).toBe(ErrorCode.STALE_BROKER_EPOCH);
    expect(metadata.topics()).toHaveLength(2);
    expect(metadata.topic('t')?.partitions[0]?.leader).toBe(1);
  });

  it('tells who is gone', async () => {
    await ask({}, { t: -2 });
    expect(gone).toEqual(['t']);
    await ask({ type: 2 }, { v: 1 });
    expect(gone).toEqual(['t', 'u']);
  });
});
