import fc from 'fast-check';
import { Cluster } from '../../client/network';
import { FakeBroker, Misbehaviour } from '../../client/network/testing/fake-broker';
import { Producer, type DeliveryReport } from '../../client/producer';
import { apis } from '../../client/protocol/apis';
import type { RequestOf, ResponseInput } from '../../client/protocol/api';
import { ErrorCode } from '../../client/protocol/error-codes';
import { recordsOf, batchesOf } from '../../client/records';
import { silentLogger } from '../../client/runtime/logger';
import { openLogManager, type Log, type LogManager } from '../log';
import { MemoryFileSystem } from '../log/testing/memory-file-system';
import { readAll, TestProcesses } from '../log/testing/log-fixture';
import { responseError } from './partition-error';

const { Produce } = apis;
type Answer = ResponseInput<typeof Produce>;

jest.setTimeout(60_000);

/**
 * What happens to a Produce request: before it is appended, after that, or to the answer; or the
 * leader moves, or it is killed and starts again from its disk.
 */
const mishaps = [
  'none',
  'refused',
  'not leader',
  'appended, then not leader',
  'appended, then too few replicas',
  'answer lost',
  'request lost',
  'moves',
  'restarts',
] as const;
/** Errors that are not retriable, before the append or after it. */
const fatal = ['invalid', 'appended, then unknown error'] as const;
type Mishap = (typeof mishaps)[number] | (typeof fatal)[number];

/** Two brokers, one of which leads the only partition; both have its log. */
class TwoBrokers {
  readonly files = new MemoryFileSystem();
  private readonly processes = new TestProcesses();
  private identity = this.processes.start();
  private manager!: LogManager;
  private queue = Promise.resolve();
  private turn = 0;
  private leader = 1;
  log!: Log;
  brokers: FakeBroker[] = [];

  constructor(private readonly plan: readonly Mishap[]) {}

  async start(): Promise<void> {
    await this.open();
    const first = await FakeBroker.start(1);
    const second = await FakeBroker.start(2, first.cluster);
    this.brokers = [first, second];
    first.cluster.addTopic('t', 1, 1);
    for (const broker of this.brokers) {
      broker.on(Produce, (body) => this.inTurn(() => this.produce(broker.nodeId, body)));
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.stop()));
    await this.manager.close();
  }

  private async open(): Promise<void> {
    this.identity = this.processes.start();
    this.manager = await openLogManager({
      logDirs: ['/data'],
      brokerId: 1,
      clusterId: 'c',
      config: { minFreeBytes: 0 },
      identity: this.identity,
      environment: { fileSystem: this.files },
    });
    this.log = await this.manager.getOrCreateLog({ topic: 't', partition: 0 });
  }

  /** Requests of the two brokers one after the other: they share a log. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  private async produce(
    nodeId: number,
    body: RequestOf<typeof Produce>,
  ): Promise<Answer | Misbehaviour> {
    const records = body.topicData[0]?.partitionData[0]?.records ?? Buffer.alloc(0);
    if (nodeId !== this.leader) return answer(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    const mishap = this.plan[this.turn++] ?? 'none';
    if (mishap === 'refused') return answer(ErrorCode.NOT_ENOUGH_REPLICAS);
    if (mishap === 'not leader') return answer(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    if (mishap === 'invalid') return answer(ErrorCode.INVALID_RECORD);
    if (mishap === 'request lost') return Misbehaviour.cut();
    const response = await this.append(records);
    if (mishap === 'appended, then not leader') return answer(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    if (mishap === 'appended, then too few replicas') {
      return answer(ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    }
    if (mishap === 'appended, then unknown error') return answer(ErrorCode.UNKNOWN_SERVER_ERROR);
    if (mishap === 'moves') {
      this.leader = 3 - this.leader;
      this.brokers[0]?.cluster.moveLeader('t', 0, this.leader);
    }
    if (mishap === 'restarts') {
      this.identity.kill();
      await this.open();
    }
    return mishap === 'none' ? response : Misbehaviour.cut();
  }

  private async append(records: Buffer): Promise<Answer> {
    try {
      const info = this.log.appendAsLeader(Buffer.from(records), 0);
      await info.written;
      return answer(0, info.firstOffset);
    } catch (error) {
      return answer(responseError(error, silentLogger, 'Produce').errorCode);
    }
  }
}

function answer(errorCode: number, baseOffset = -1): Answer {
  return { responses: [{ name: 't', partitionResponses: [{ index: 0, errorCode, baseOffset }] }] };
}

function valuesOf(content: Buffer): string[] {
  return batchesOf(content).flatMap(({ position }) =>
    recordsOf(content, position).map(({ value }) => String(value)),
  );
}

const values = Array.from({ length: 60 }, (_, i) => String(i).padStart(50, '0'));

/** Sends all values through the mishaps; returns what the producer was told, and the log. */
async function sendThrough(
  plan: readonly Mishap[],
  maxInFlightRequestsPerConnection: number,
  recordsPerBatch: number,
): Promise<{ told: (DeliveryReport | Error)[]; content: Buffer }> {
  const world = new TwoBrokers(plan);
  await world.start();
  const producer = new Producer(
    new Cluster({
      brokers: world.brokers.map(({ address }) => address),
      retry: { initialRetryTime: 1, maxRetryTime: 2 },
      reconnectBackoff: 1,
      reconnectBackoffMax: 2,
    }),
    {
      batchSize: 61 + recordsPerBatch * 60,
      retryBackoffMs: 1,
      retryBackoffMaxMs: 2,
      maxInFlightRequestsPerConnection,
    },
  );
  const told = await Promise.all(
    values.map((value) => producer.produce('t', value).catch((error: Error) => error)),
  );
  const content = await readAll(world.log);
  await producer.close();
  await world.stop();
  return { told, content };
}

const inFlight = fc.integer({ min: 1, max: 5 });
const perBatch = fc.integer({ min: 1, max: 4 });

test('producer and log together write each record once, in order, whatever gets lost', async () => {
  const plans = fc.array(fc.constantFrom(...mishaps), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(plans, inFlight, perBatch, async (plan, limit, records) => {
      const { told, content } = await sendThrough(plan, limit, records);
      expect(valuesOf(content)).toEqual(values);
      expect(told).toMatchObject(values.map((_, offset) => ({ offset })));
    }),
    { numRuns: 40 },
  );
});

test('errors that end a batch cost its records at most; no record comes twice', async () => {
  const plans = fc.array(fc.constantFrom(...mishaps, ...fatal), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(plans, inFlight, perBatch, async (plan, limit, records) => {
      const { told, content } = await sendThrough(plan, limit, records);
      const written = valuesOf(content);
      expect(written).toEqual([...new Set(written)].sort());
      told.forEach((report, index) => {
        if (!(report instanceof Error)) expect(written[report.offset]).toBe(values[index]);
      });
    }),
    { numRuns: 40 },
  );
});
