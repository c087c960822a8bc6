import fc from 'fast-check';
import { ZERO_UUID } from '../../client/protocol/schema';
import type { Partition } from '../replication/partition';
import { settled } from '../replication/testing/replica-fixture';
import type { FetchPartitionResponse, FetchResponse } from './fetch-context';
import { FetchedBroker, type FetchRequest, type WantedPartition } from './testing/fetched-broker';

const PARTITIONS = 3;
const MAX_WAIT_MS = 500;
/** Whose sessions name topics by their names. */
const API_VERSION = 11;

const happenings = [
  'records',
  'others fetch',
  'records deleted',
  'next epoch',
  'other leader',
  'smaller ISR',
  'removed',
  'made anew',
  'follower hears of commits',
  'directory fails',
] as const;

interface Happening {
  readonly what: (typeof happenings)[number];
  readonly at: number;
}

/** What the client asks anew of a partition. */
interface Ask {
  readonly at: number;
  /** Before the end of what it may read; more than there is for its beginning. */
  readonly back: number;
  readonly epoch: 'right' | 'older' | 'newer';
}

interface Step {
  readonly before: readonly Happening[];
  readonly asks: readonly Ask[];
  /** Forgotten with this request, asked for again with the next. */
  readonly forgets: number | undefined;
  readonly waits: boolean;
  readonly meanwhile: readonly Happening[];
}

/** A session of three partitions beside what a client without one is told. */
class SessionModel {
  private epoch = 1;
  private partitionEpoch = 100;
  private readonly leaderEpochs = Array.from({ length: PARTITIONS }, () => 3);
  /** What the session fetches. */
  private readonly wanted: WantedPartition[];
  /** What its client has been told last. */
  private readonly told = new Map<number, FetchPartitionResponse>();

  private constructor(
    private readonly broker: FetchedBroker,
    private readonly isFollower: boolean,
    private id = 0,
  ) {
    const logStartOffset = isFollower ? 0 : -1;
    this.wanted = this.leaderEpochs.map((currentLeaderEpoch, partition) =>
      broker.wanted({ partition, currentLeaderEpoch, logStartOffset }),
    );
  }

  static async begin(broker: FetchedBroker, isFollower: boolean): Promise<SessionModel> {
    const model = new SessionModel(broker, isFollower);
    for (let at = 1; at < PARTITIONS; at++) await model.obey(at, {});
    const first = await broker.fetch(model.request(model.wanted, { sessionEpoch: 0 }), API_VERSION);
    model.id = first.sessionId as number;
    model.take(first);
    return model;
  }

  async run({ before, asks, forgets, waits, meanwhile }: Step): Promise<void> {
    for (const happening of before) await this.happen(happening);
    const named = new Set(asks.map((ask) => this.ask(ask)));
    if (forgets !== undefined) {
      named.delete(forgets);
      const forgotten = { forgottenTopicsData: [forgottenTopic(forgets)] };
      this.take(await this.next(named, forgotten));
      this.told.delete(forgets);
      named.clear();
      named.add(forgets);
    }
    if (waits) await this.waitThrough(named, meanwhile);
    else this.compare(this.take(await this.next(named)), await this.look());
  }

  /** A wait is over by what an ordinary look would tell, and by nothing else but the time. */
  private async waitThrough(
    named: ReadonlySet<number>,
    meanwhile: readonly Happening[],
  ): Promise<void> {
    let isAnswered = false;
    const answer = this.next(named, { maxWaitMs: MAX_WAIT_MS }).finally(() => (isAnswered = true));
    await settled();
    for (const happening of meanwhile) {
      if (isAnswered) break;
      await this.happen(happening);
      await settled();
    }
    if (isAnswered) {
      this.take(await answer);
      // It may have been answered in the midst of something: the next one tells the rest.
      this.compare(this.take(await this.next(new Set())), await this.look());
      return;
    }
    for (const [at, { errorCode, records, divergingEpoch }] of await this.look()) {
      const news = { errorCode, bytes: records?.length ?? 0, divergingEpoch };
      if (!this.isAhead(at)) expect(news).toEqual({ errorCode: 0, bytes: 0 });
    }
    this.broker.replica.clock.advance(MAX_WAIT_MS);
    this.compare(this.take(await answer), await this.look());
  }

  private compare(
    answer: ReadonlyMap<number, FetchPartitionResponse>,
    look: ReadonlyMap<number, FetchPartitionResponse>,
  ): void {
    for (const [at, seen] of look) {
      if (this.isAhead(at)) continue;
      const { errorCode, highWatermark, logStartOffset } = seen;
      const ofRecords = (of: FetchPartitionResponse | undefined) => [
        of?.records?.length ?? 0,
        of?.divergingEpoch,
      ];
      if (errorCode !== 0) {
        expect(answer.get(at)).toMatchObject({ errorCode });
      } else {
        expect(this.told.get(at)).toMatchObject({ errorCode, highWatermark, logStartOffset });
        expect(ofRecords(answer.get(at))).toEqual(ofRecords(seen));
      }
    }
  }

  /** What is told without a session. */
  private async look(): Promise<Map<number, FetchPartitionResponse>> {
    return byPartition(await this.broker.fetch(this.request(this.wanted), API_VERSION));
  }

  private async next(
    named: ReadonlySet<number>,
    rest: Partial<FetchRequest> = {},
  ): Promise<FetchResponse> {
    const session = { sessionId: this.id, sessionEpoch: this.epoch++ };
    const changed = this.wanted.filter(({ partition }) => named.has(partition));
    const response = await this.broker.fetch(
      this.request(changed, { ...session, ...rest }),
      API_VERSION,
    );
    expect(response.errorCode).toBe(0);
    return response;
  }

  private request(
    wanted: readonly WantedPartition[],
    rest: Partial<FetchRequest> = {},
  ): FetchRequest {
    const request = this.broker.request({}, this.isFollower ? this.broker.follower(2) : {});
    const [topic] = request.topics;
    const partitions = wanted.map((one) => ({ ...one }));
    return { ...request, topics: partitions.length > 0 ? [{ ...topic, partitions }] : [], ...rest };
  }

  private take(response: FetchResponse): Map<number, FetchPartitionResponse> {
    const answer = byPartition(response);
    for (const [at, told] of answer) this.told.set(at, told);
    return answer;
  }

  private ask({ at, back, epoch }: Ask): number {
    const log = this.partition(at)?.servedLog;
    const end = (this.isFollower ? log?.writtenEndOffset : log?.highWatermark) ?? 0;
    const right = this.partition(at)?.leaderEpoch ?? 3;
    this.wanted[at] = {
      ...this.wanted[at],
      fetchOffset: Math.max(log?.logStartOffset ?? 0, end - back),
      currentLeaderEpoch: { right, older: Math.max(3, right - 1), newer: right + 1 }[epoch],
    };
    return at;
  }

  /** Such a follower waits for its leader to come to know of its epoch, and is told nothing. */
  private isAhead(at: number): boolean {
    const partition = this.partition(at);
    if (!partition || !this.isFollower) return false;
    return this.wanted[at].currentLeaderEpoch > partition.leaderEpoch;
  }

  private partition(at: number): Partition | undefined {
    return this.broker.replica.replicas.find('t', at);
  }

  private obey(at: number, changes: Parameters<FetchedBroker['replica']['obey']>[0]) {
    const topicPartition = { topic: 't', partition: at };
    const partitionEpoch = ++this.partitionEpoch;
    return this.broker.replica.obey({ topicPartition, partitionEpoch, ...changes });
  }

  private async happen({ what, at }: Happening): Promise<void> {
    const { replica } = this.broker;
    const partition = this.partition(at);
    const leading = partition?.isLeader ? partition : undefined;
    const nextEpoch = () => ({ isNew: false, leaderEpoch: ++this.leaderEpochs[at] });
    switch (what) {
      case 'records':
        if (leading) await replica.append(leading, 1);
        break;
      case 'others fetch':
        for (const { brokerId } of leading?.leading().progress() ?? []) {
          if (this.isFollower && brokerId === 2) continue;
          replica.fetch(leading!, brokerId, leading!.leaderLog().writtenEndOffset);
        }
        break;
      case 'records deleted':
        leading?.leaderLog().deleteRecordsBefore(leading.highWatermark);
        break;
      case 'next epoch':
        await this.obey(at, nextEpoch());
        break;
      case 'other leader':
        await this.obey(at, { leader: 3, ...nextEpoch() });
        break;
      case 'smaller ISR': {
        const { leader } = partition ?? {};
        if (!leading && !partition?.isFollower) break;
        await this.obey(at, {
          leader,
          leaderEpoch: this.leaderEpochs[at],
          isr: [1, 3],
          isNew: false,
        });
        break;
      }
      case 'removed': {
        const topicPartition = { topic: 't', partition: at };
        // One that is ahead hears of it when its time is over.
        if (this.isAhead(at)) break;
        await replica.replicas.stopReplicas([
          { topicPartition, leaderEpoch: -1, deletePartition: true },
        ]);
        this.leaderEpochs[at] = 3;
        break;
      }
      case 'made anew':
        if (!partition) await this.obey(at, {});
        break;
      case 'follower hears of commits': {
        const log = partition?.isFollower ? partition.servedLog : undefined;
        if (!log || log.writtenEndOffset === log.highWatermark) break;
        log.updateHighWatermark(log.writtenEndOffset);
        replica.fetchers.followed.get(`t-${at}`)?.onHighWatermark?.();
        break;
      }
      case 'directory fails':
        partition?.goOffline();
        await this.obey(at, nextEpoch());
        break;
    }
  }
}

const forgottenTopic = (at: number): FetchRequest['forgottenTopicsData'][number] => ({
  topic: 't',
  topicId: ZERO_UUID,
  partitions: [at],
});

function byPartition({ responses }: FetchResponse): Map<number, FetchPartitionResponse> {
  const answers = responses.flatMap(({ partitions }) => partitions);
  return new Map(answers.map((answer) => [answer.partitionIndex, answer]));
}

const at = fc.nat({ max: PARTITIONS - 1 });
const happening = fc.record({ what: fc.constantFrom(...happenings), at });
const ask = fc.record({
  at,
  back: fc.constantFrom(0, 0, 1, 2),
  epoch: fc.constantFrom('right', 'right', 'right', 'older', 'newer'),
}) as fc.Arbitrary<Ask>;
const step: fc.Arbitrary<Step> = fc.record({
  before: fc.array(happening, { maxLength: 2 }),
  asks: fc.array(ask, { maxLength: 2 }),
  forgets: fc.option(at, { freq: 10, nil: undefined }),
  waits: fc.boolean(),
  meanwhile: fc.array(happening, { maxLength: 2 }),
});

test('a session tells what an ordinary look would, and no wait is in vain', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(step, { minLength: 1, maxLength: 60 }),
      async (isFollower, steps) => {
        const broker = await FetchedBroker.open();
        try {
          const model = await SessionModel.begin(broker, isFollower);
          for (const one of steps) await model.run(one);
        } finally {
          await broker.close();
        }
      },
    ),
    { numRuns: 80 },
  );
});
