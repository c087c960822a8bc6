import type { RequestInput, ResponseInput } from '../../../../client/protocol/api';
import { ErrorCode, type ErrorName } from '../../../../client/protocol/error-codes';
import type { Fetch } from '../../../../client/protocol/messages/fetch';
import { type ListOffsets, OffsetSpec } from '../../../../client/protocol/messages/list-offsets';
import type { Clock } from '../../../../client/runtime/clock';
import { partitionName, type Log } from '../../../log';
import type { FetchPosition } from '../follower-position';

type FetchRequest = RequestInput<typeof Fetch>;
type FetchResponse = ResponseInput<typeof Fetch>;
type PartitionResponse = FetchResponse['responses'][number]['partitions'][number];

/** A partition on the leader of the moment. */
export interface FakePartition {
  readonly log: Log;
  leaderEpoch: number;
  /** Whose fetch offsets make up the high watermark; the leader is not named. */
  followers: readonly number[];
  /** Answered to whoever fetches the partition. */
  error?: ErrorName;
  /** May change what goes out. */
  tamper?: (data: PartitionResponse) => PartitionResponse;
}

interface Asked extends FetchPosition {
  readonly topic: string;
  readonly partition: number;
}

interface Cached {
  asked: Asked;
  saidHighWatermark: number;
  saidLogStart: number;
}

interface Session {
  readonly id: number;
  epoch: number;
  readonly partitions: Map<string, Cached>;
}

/**
 * The leader's side of replication as far as followers see it: fetch sessions, fencing by epoch,
 * diverging epochs, the high watermark. Says as little as the protocol allows: an incremental answer
 * never repeats a high watermark.
 */
export class FakeLeader {
  readonly partitions = new Map<string, FakePartition>();
  /** Every fetch request, as it came. */
  readonly fetches: FetchRequest[] = [];
  /** Whether an offset above the log end is refused before epochs are compared. */
  rangeFirst = false;
  /** Whether sessions are made at all. */
  sessionsAllowed = true;
  private readonly sessions = new Map<number, Session>();
  private readonly progress = new Map<string, Map<number, number>>();
  private readonly polls = new Set<() => void>();
  private nextSession = 1;

  constructor(private readonly clock: Clock) {}

  lead(topic: string, partition: number, state: FakePartition): FakePartition {
    const name = partitionName({ topic, partition });
    const { log } = state;
    if (state.leaderEpoch > (log.latestEpoch ?? -1)) log.assignLeaderEpoch(state.leaderEpoch);
    this.progress.delete(name);
    this.partitions.set(name, state);
    this.poke();
    return state;
  }

  resign(topic: string, partition: number): void {
    this.partitions.delete(partitionName({ topic, partition }));
    this.poke();
  }

  /** A restart: sessions and what followers have reported are gone. */
  forgetAll(): void {
    this.sessions.clear();
    this.progress.clear();
  }

  /** Something may have happened that waiting fetches wait for. */
  poke(): void {
    for (const poll of [...this.polls]) poll();
  }

  get waiting(): number {
    return this.polls.size;
  }

  /** Where a follower has been seen to be. */
  progressOf(name: string, replicaId: number): number | undefined {
    return this.progress.get(name)?.get(replicaId);
  }

  async fetch(request: FetchRequest): Promise<FetchResponse> {
    this.fetches.push(request);
    const session = this.sessionFor(request);
    if (typeof session === 'number') return { errorCode: session, sessionId: 0, responses: [] };
    const replicaId = request.replicaId ?? -1;
    for (const { asked } of session.partitions.values()) this.record(asked, replicaId);
    const deadline = this.clock.monotonic() + request.maxWaitMs;
    const isFull = (request.sessionEpoch ?? -1) <= 0;
    for (;;) {
      const responses = await this.answer(session, isFull);
      const urgent =
        session.id === 0 ? responses.some(saysMoreThanHighWatermark) : responses.length > 0;
      if (urgent || this.clock.monotonic() >= deadline) {
        return { errorCode: 0, sessionId: session.id, responses };
      }
      await this.somethingHappens(deadline);
    }
  }

  listOffsets(request: RequestInput<typeof ListOffsets>): ResponseInput<typeof ListOffsets> {
    return {
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, currentLeaderEpoch, timestamp }) => {
          const partition = this.partitions.get(
            partitionName({ topic: name, partition: partitionIndex }),
          );
          const errorCode = this.fencing(partition, currentLeaderEpoch ?? -1);
          const { logStartOffset = -1, writtenEndOffset = -1 } = partition?.log ?? {};
          const offset = timestamp === OffsetSpec.EARLIEST ? logStartOffset : writtenEndOffset;
          return { partitionIndex, errorCode, offset: errorCode === 0 ? offset : -1 };
        }),
      })),
    };
  }

  private sessionFor(request: FetchRequest): Session | number {
    const { sessionId = 0, sessionEpoch = -1, topics, forgottenTopicsData = [] } = request;
    if (sessionEpoch <= 0) {
      this.sessions.delete(sessionId);
      const id =
        (this.sessionsAllowed && sessionEpoch === 0) || sessionId !== 0 ? this.nextSession++ : 0;
      const session: Session = { id, epoch: 1, partitions: new Map() };
      if (id !== 0) this.sessions.set(id, session);
      this.update(session, topics);
      return session;
    }
    const session = this.sessions.get(sessionId);
    if (!session) return ErrorCode.FETCH_SESSION_ID_NOT_FOUND;
    if (session.epoch !== sessionEpoch) return ErrorCode.INVALID_FETCH_SESSION_EPOCH;
    session.epoch++;
    this.update(session, topics);
    for (const { topic = '', partitions } of forgottenTopicsData) {
      for (const partition of partitions)
        session.partitions.delete(partitionName({ topic, partition }));
    }
    return session;
  }

  private update(session: Session, topics: FetchRequest['topics']): void {
    for (const { topic = '', partitions } of topics) {
      for (const of of partitions) {
        const name = partitionName({ topic, partition: of.partition });
        const asked = { topic, ...of } as Asked;
        const cached = session.partitions.get(name);
        if (cached) cached.asked = asked;
        else session.partitions.set(name, { asked, saidHighWatermark: -1, saidLogStart: -1 });
      }
    }
  }

  private record(asked: Asked, replicaId: number): void {
    const name = partitionName(asked);
    const partition = this.partitions.get(name);
    if (!partition || this.fencing(partition, asked.currentLeaderEpoch) !== 0) return;
    if (partition.error || divergenceOf(partition.log, asked) || !inRange(partition.log, asked))
      return;
    const seen = this.progress.get(name) ?? new Map<number, number>();
    this.progress.set(name, seen.set(replicaId, asked.fetchOffset));
    this.advance(name);
  }

  /** The high watermark moves to what all followers have been seen to have. */
  advance(name: string): void {
    const partition = this.partitions.get(name);
    if (!partition) return;
    const { log, followers } = partition;
    const ends = followers.map((id) => this.progressOf(name, id) ?? -1);
    const reached = Math.min(log.writtenEndOffset, ...ends);
    if (reached > log.highWatermark) log.updateHighWatermark(reached);
    this.poke();
  }

  private async answer(session: Session, isFull: boolean): Promise<FetchResponse['responses']> {
    const responses: { topic: string; partitions: PartitionResponse[] }[] = [];
    for (const cached of session.partitions.values()) {
      const data = await this.read(cached.asked);
      const news =
        data.errorCode !== 0 ||
        (data.records?.length ?? 0) > 0 ||
        (data.divergingEpoch?.epoch ?? -1) >= 0 ||
        data.highWatermark !== cached.saidHighWatermark ||
        data.logStartOffset !== cached.saidLogStart;
      if (!news && !isFull) continue;
      cached.saidHighWatermark = data.highWatermark;
      cached.saidLogStart = data.logStartOffset ?? -1;
      responses.push({ topic: cached.asked.topic, partitions: [data] });
    }
    return responses;
  }

  private async read(asked: Asked): Promise<PartitionResponse> {
    const partition = this.partitions.get(partitionName(asked));
    const empty = { partitionIndex: asked.partition, records: null, highWatermark: -1 };
    const errorCode = partition?.error
      ? ErrorCode[partition.error]
      : this.fencing(partition, asked.currentLeaderEpoch);
    if (!partition || errorCode !== 0) return { ...empty, errorCode };
    const { log, tamper = (data) => data } = partition;
    const { highWatermark, logStartOffset } = log;
    const sent = { ...empty, errorCode: 0, highWatermark, logStartOffset };
    const outOfRange = { ...empty, errorCode: ErrorCode.OFFSET_OUT_OF_RANGE };
    if (this.rangeFirst && !inRange(log, asked)) return outOfRange;
    const divergingEpoch = divergenceOf(log, asked);
    if (divergingEpoch) return tamper({ ...sent, divergingEpoch });
    if (!inRange(log, asked)) return outOfRange;
    const { records } = await log.read(asked.fetchOffset, asked.partitionMaxBytes, Infinity);
    return tamper({ ...sent, records: Buffer.from(records) });
  }

  private fencing(partition: FakePartition | undefined, epoch: number): number {
    if (!partition) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    if (epoch < partition.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH;
    return epoch > partition.leaderEpoch ? ErrorCode.UNKNOWN_LEADER_EPOCH : 0;
  }

  private somethingHappens(deadline: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.polls.delete(done);
        this.clock.clearTimeout(timer);
        resolve();
      };
      const timer = this.clock.setTimeout(done, deadline - this.clock.monotonic());
      this.polls.add(done);
    });
  }
}

function saysMoreThanHighWatermark({ partitions }: FetchResponse['responses'][number]): boolean {
  return partitions.some(
    ({ errorCode, records, divergingEpoch }) =>
      errorCode !== 0 || (records?.length ?? 0) > 0 || (divergingEpoch?.epoch ?? -1) >= 0,
  );
}

function inRange(log: Log, { fetchOffset }: Asked): boolean {
  return fetchOffset >= log.logStartOffset && fetchOffset <= log.writtenEndOffset;
}

/** Kafka's Partition.readRecords. */
function divergenceOf(log: Log, { lastFetchedEpoch, fetchOffset }: Asked) {
  if (lastFetchedEpoch < 0) return undefined;
  const end = log.epochEndOffset(lastFetchedEpoch);
  if (!end) return undefined;
  if (end.leaderEpoch >= lastFetchedEpoch && end.endOffset >= fetchOffset) return undefined;
  return { epoch: end.leaderEpoch, endOffset: end.endOffset };
}
