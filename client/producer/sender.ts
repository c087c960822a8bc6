import type { Cluster, Connection } from '../network';
import { apis } from '../protocol/apis';
import { Alarm } from '../runtime/alarm';
import { BatchOutcomes } from './batch-outcomes';
import { BrokerLane } from './broker-lane';
import { DeliveryWatch } from './delivery-watch';
import { MetadataRefresher } from './metadata-refresher';
import { missingLeader } from './missing-leader';
import type { PartitionQueue } from './partition-queue';
import { ProduceError } from './produce-error';
import { produceRequest } from './produce-request';
import { somewhere } from './delivery';
import type { ProducerBatch } from './producer-batch';
import { ProducerIdSource } from './producer-id-source';
import type { ProducerCounters } from './producer-metrics';
import type { ResolvedProducerOptions } from './producer-options';
import type { RecordAccumulator } from './record-accumulator';
import { uncertainDelivery } from './uncertain-delivery';

/** A batch on its way, and where it came from. */
interface Sent {
  readonly queue: PartitionQueue;
  readonly batch: ProducerBatch;
}

/**
 * Between two questions for a leader that is not there yet, in ms. Shorter than
 * `retry.backoff.max.ms`, by which Kafka goes here too: that is for how long a new leader of a dead
 * broker's partitions would wait for its producers, and one question is cheap.
 */
const LONGEST_REFRESH_PAUSE_MS = 400;

/**
 * Moves batches from the accumulator to the brokers that lead their partitions. It runs when woken,
 * at most once per turn of the event loop: by new records, answers, new metadata, or its alarm.
 */
export class Sender {
  private readonly lanes = new Map<number, BrokerLane>();
  private readonly alarm: Alarm;
  private readonly refresher: MetadataRefresher;
  private readonly ids: ProducerIdSource;
  private readonly outcomes: BatchOutcomes;
  private readonly watch: DeliveryWatch;
  private scheduled = false;
  private inFlight = 0;
  private stopped = false;

  /** @param afterRun called at the end of each run, when memory may have come free */
  constructor(
    private readonly cluster: Cluster,
    private readonly accumulator: RecordAccumulator,
    private readonly options: ResolvedProducerOptions,
    private readonly counters: ProducerCounters,
    private readonly afterRun: (inFlight: number) => void,
  ) {
    this.watch = new DeliveryWatch(cluster.options.logger);
    this.alarm = new Alarm(cluster.options.clock, () => this.run(), true);
    const backoff = { initialMs: options.retryBackoffMs, maxMs: options.retryBackoffMaxMs };
    const pause = { ...backoff, maxMs: Math.min(backoff.maxMs, LONGEST_REFRESH_PAUSE_MS) };
    this.refresher = new MetadataRefresher(cluster, pause, () => this.wake());
    this.ids = new ProducerIdSource(cluster, options.requestTimeoutMs, backoff, {
      onDone: () => this.wake(),
      onFailure: (error, final) => this.outcomes.withoutId(error, final),
    });
    this.outcomes = new BatchOutcomes(accumulator, options, counters, cluster.options, {
      onStaleMetadata: () => this.refresher.request(),
      onUselessId: (identity) => this.ids.discard(identity),
    });
  }

  get requestsInFlight(): number {
    return this.inFlight;
  }

  /** Runs at the end of the current turn of the event loop. */
  wake(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    process.nextTick(this.onWake);
  }

  /** A batch has got full: it leaves at once if nothing is in the way. */
  kick(queue: PartitionQueue): void {
    const now = this.now();
    if (this.stopped || queue.readyAt(this.options.lingerMs, this.accumulator.hurry) > now) return;
    const leader = this.cluster.snapshot.leaderOf(queue.topic, queue.partition);
    if (!leader || this.mustBackOff(queue, leader.nodeId, now)) return;
    if (this.mustLand(queue, leader.nodeId) || this.lacksId(queue)) return;
    const lane = this.lane(leader.nodeId);
    const connection = this.cluster.readyConnection(leader.nodeId);
    if (connection) this.fill(lane, connection, [queue]);
  }

  /** Stops sending and fails everything that is left. */
  stop(error: Error): void {
    this.stopped = true;
    this.alarm.clear();
    this.ids.stop();
    this.outcomes.stop(error);
  }

  private readonly onWake = (): void => {
    this.scheduled = false;
    this.run();
  };

  private run(): void {
    if (this.stopped) return;
    const now = this.now();
    const ready = new Map<BrokerLane, PartitionQueue[]>();
    const { snapshot } = this.cluster;
    const { hurry } = this.accumulator;
    const { lingerMs, deliveryTimeoutMs } = this.options;
    const missing = new Set<string>();
    const troubled: PartitionQueue[] = [];
    let next = Infinity;
    for (const queue of this.accumulator.active) {
      if (queue.oldest + deliveryTimeoutMs <= now) this.outcomes.expire(queue, now);
      if (queue.isEmpty) continue;
      next = Math.min(next, queue.oldest + deliveryTimeoutMs);
      if (queue.trouble) troubled.push(queue);
      const at = queue.readyAt(lingerMs, hurry);
      if (at > now) {
        next = Math.min(next, at);
        continue;
      }
      const leader = snapshot.leaderOf(queue.topic, queue.partition);
      if (!leader) {
        missing.add(queue.topic);
        queue.suffer(missingLeader(queue, this.refresher.failure, snapshot.errors), now);
      } else if (this.mustBackOff(queue, leader.nodeId, now)) {
        next = Math.min(next, queue.retryAt);
      } else if (!this.mustLand(queue, leader.nodeId) && !this.lacksId(queue)) {
        const lane = this.lane(leader.nodeId);
        const queues = ready.get(lane);
        if (queues) queues.push(queue);
        else ready.set(lane, [queue]);
      }
    }
    for (const [lane, queues] of ready) this.serve(lane, queues);
    if (missing.size > 0) this.refresher.request([...missing]);
    else this.refresher.satisfied();
    this.watch.look(troubled, now);
    this.alarm.by(next);
    this.afterRun(this.inFlight);
  }

  /** After a failure a partition waits, except when another broker leads it now. */
  private mustBackOff(queue: PartitionQueue, leader: number, now: number): boolean {
    return queue.retryAt > now && queue.failedAt === leader;
  }

  /**
   * Where order counts, a partition whose leader has moved waits for the answers of the former one:
   * what is refused there goes first.
   */
  private mustLand(queue: PartitionQueue, leader: number): boolean {
    const { enableIdempotence, maxInFlightRequestsPerConnection } = this.options;
    const ordered = enableIdempotence || maxInFlightRequestsPerConnection === 1;
    return ordered && queue.isFlyingElsewhere(leader);
  }

  /** Whether the batches cannot be signed yet; then a producer id is asked for. */
  private lacksId({ sequence }: PartitionQueue): boolean {
    if (!this.options.enableIdempotence || sequence.identity || this.ids.current) return false;
    this.ids.request();
    return true;
  }

  private serve(lane: BrokerLane, queues: PartitionQueue[]): void {
    const connection = this.cluster.readyConnection(lane.nodeId);
    if (connection) this.fill(lane, connection, queues);
    else if (!lane.connecting) this.connect(lane, queues);
  }

  private connect(lane: BrokerLane, queues: readonly PartitionQueue[]): void {
    lane.connecting = true;
    this.cluster
      .connection(lane.nodeId)
      .catch((error: Error) => {
        const now = this.now();
        for (const queue of queues) {
          queue.suffer(error, now);
          queue.retryAt = now + this.options.retryBackoffMs;
          queue.failedAt = lane.nodeId;
        }
        this.refresher.request();
      })
      .finally(() => {
        lane.connecting = false;
        // The connection is handed out only after all who waited for it have had their turn.
        setImmediate(this.onWake);
      });
  }

  /** Sends requests until the connection has enough of them or nothing is left. */
  private fill(lane: BrokerLane, connection: Connection, queues: PartitionQueue[]): void {
    const { maxInFlightRequestsPerConnection } = this.options;
    let left = queues;
    while (left.length > 0 && lane.inFlight < maxInFlightRequestsPerConnection) {
      const sent: Sent[] = [];
      left = this.gather(lane, left, sent);
      if (sent.length > 0) this.dispatch(lane, connection, sent);
    }
  }

  /**
   * Takes one batch of each partition, up to the size of a request.
   *
   * @returns the partitions that have more, those that got no place first
   */
  private gather(
    lane: BrokerLane,
    queues: readonly PartitionQueue[],
    sent: Sent[],
  ): PartitionQueue[] {
    const { maxRequestSize, lingerMs } = this.options;
    const now = this.now();
    const left: PartitionQueue[] = [];
    const again: PartitionQueue[] = [];
    let size = 0;
    for (const queue of queues) {
      const { head } = queue;
      if (!head || this.lacksId(queue)) continue;
      const bytes = this.build(queue, head);
      if (bytes === undefined) {
        // It has failed; the next one may be ready.
        if (queue.readyAt(lingerMs, this.accumulator.hurry) <= now) again.push(queue);
        continue;
      }
      if (sent.length > 0 && size + bytes > maxRequestSize) {
        left.push(queue);
        continue;
      }
      size += bytes;
      queue.take(lane.nodeId);
      sent.push({ queue, batch: head });
      if (queue.readyAt(lingerMs, this.accumulator.hurry) <= now) again.push(queue);
      // Whoever was served goes to the end.
      this.accumulator.active.delete(queue);
      this.accumulator.active.add(queue);
    }
    return left.concat(again);
  }

  /** The size of the batch; undefined when it could not be built and has failed. */
  private build(queue: PartitionQueue, batch: ProducerBatch): number | undefined {
    try {
      if (!this.sign(queue, batch)) throw uncertainDelivery(batch);
      return batch.close().length;
    } catch (error) {
      queue.drop(batch);
      const known = error instanceof ProduceError;
      this.outcomes.end(queue, batch, known ? error : new ProduceError(batch, error as Error));
      return undefined;
    }
  }

  /** @returns false when the batch must not be sent any more */
  private sign({ sequence }: PartitionQueue, batch: ProducerBatch): boolean {
    if (!this.options.enableIdempotence) return true;
    const identity = sequence.identity ?? this.ids.current;
    return identity !== undefined && sequence.sign(batch, identity);
  }

  private dispatch(lane: BrokerLane, connection: Connection, sent: readonly Sent[]): void {
    const { outcomes } = this;
    const { acks, requestTimeoutMs } = this.options;
    const batches = sent.map(({ batch }) => batch);
    const body = produceRequest(batches, acks, requestTimeoutMs);
    for (const { topic, attempts } of batches) {
      if (attempts > 1) this.counters.retries++;
      this.refresher.keep(this.accumulator.topic(topic));
    }
    this.counters.requests++;
    lane.inFlight++;
    this.inFlight++;
    if (acks === 0) {
      this.sendUnanswered(lane, connection, body, sent);
      return;
    }
    connection.sendCallback(
      apis.Produce,
      body,
      (error, response) => {
        lane.inFlight--;
        this.inFlight--;
        for (const { queue, batch } of sent) {
          queue.landed(batch);
          if (response) outcomes.answered(lane.nodeId, queue, batch, response);
          else if (error) outcomes.failed(lane.nodeId, queue, batch, error);
        }
        this.wake();
      },
      { timeoutMs: requestTimeoutMs },
    );
  }

  /** With acks 0 a batch counts as delivered once the socket has room again. */
  private sendUnanswered(
    lane: BrokerLane,
    connection: Connection,
    body: ReturnType<typeof produceRequest>,
    sent: readonly Sent[],
  ): void {
    const finish = (error?: Error): void => {
      lane.inFlight--;
      this.inFlight--;
      for (const { queue, batch } of sent) {
        queue.landed(batch);
        if (error) this.outcomes.failed(lane.nodeId, queue, batch, error);
        else this.outcomes.delivered(queue, batch, somewhere);
      }
      this.wake();
    };
    let written: Promise<void>;
    try {
      const room = connection.sendNoResponse(apis.Produce, body);
      written = room ? Promise.resolve() : connection.drained();
    } catch (error) {
      written = Promise.reject(error as Error);
    }
    written.then(() => finish(), finish);
  }

  private lane(nodeId: number): BrokerLane {
    let lane = this.lanes.get(nodeId);
    if (!lane) this.lanes.set(nodeId, (lane = new BrokerLane(nodeId)));
    return lane;
  }

  private now(): number {
    return this.cluster.options.clock.monotonic();
  }
}
