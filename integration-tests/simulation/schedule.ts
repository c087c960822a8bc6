import type { Admin } from '../../client/admin';
import type { Kafka } from '../../client/kafka';
import { describeError } from '../../client/runtime/error';
import { check } from '../../tools/drill/checker/check';
import { History } from '../../tools/drill/checker/history';
import {
  anomalyNames,
  newVerdict,
  type Anomaly,
  type Verdict,
} from '../../tools/drill/checker/verdict';
import { SeededRandom } from '../harness/seeded-random';
import { ClusterState } from './cluster/cluster-state';
import { EventWatch } from './cluster/event-watch';
import { EpochWatch } from './cluster/epoch-watch';
import { dumpReplica } from './cluster/replica-dump';
import type { SimBroker } from './cluster/sim-broker';
import { Simulation } from './cluster/simulation';
import { COMPACTED_TOPIC, CompactedTopic } from './compaction/compacted-topic';
import { GroupStage } from './groups/group-stage';
import type { Fault } from './nemesis/fault';
import { memberFaults } from './nemesis/member-faults';
import { Nemesis } from './nemesis/nemesis';
import { profileOf, type Profile } from './profile';
import { readToTheEnd } from './workload/final-read';
import { SimReader } from './workload/sim-reader';
import { SimWriter } from './workload/sim-writer';

export interface ScheduleOptions {
  readonly seed: number;
  /** How long things go wrong, in seconds of virtual time. Default 60. */
  readonly seconds?: number;
  /** Is given every line of the trace. */
  readonly onLine?: (line: string) => void;
  /** What may go wrong. Default: what the seed says. */
  readonly faults?: readonly Fault[];
  /** Anomalies that do not count. */
  readonly tolerated?: readonly Anomaly[];
  readonly configs?: Readonly<Record<string, string>>;
  /** Brokers, and replicas of each partition. Default 3. */
  readonly brokers?: number;
  /** Whether there are groups in any case. Default: the seed says whether. */
  readonly withGroups?: boolean;
  /** Whether there is a compacted topic. Default: the seed says whether. */
  readonly withCompaction?: boolean;
}

/** How one schedule went. */
export interface Outcome {
  readonly seed: number;
  /** Empty when all is well. */
  readonly problems: readonly string[];
  readonly verdict: Verdict;
  /** Equal for equal runs. */
  readonly fingerprint: string;
  /** The end of the trace. */
  readonly lines: readonly string[];
  readonly steps: number;
  /** Records that compaction has removed. */
  readonly compacted: number;
}

const TOPIC = 'drill';
const PARTITIONS = 3;
const WRITERS = 2;
const WRITE_EVERY_MS = 900;

const STARTED_MS = 30_000;
/** All replicas are in sync again within so long after the last fault. */
const HEALED_MS = 30_000;
/** Longer than a record may be on its way. */
const SETTLED_MS = 40_000;
/** How often the disks are looked at. */
const LOOK_EVERY_MS = 200;

/**
 * One schedule: a cluster starts, clients write and read, things go wrong as the seed says, all is
 * healed, and everything anybody was told is held against what is there.
 */
export async function runSchedule(options: ScheduleOptions): Promise<Outcome> {
  const events = new EventWatch(TOPIC, () => simulation.world.now);
  const { seed, withGroups: groups, withCompaction: compaction } = options;
  const profile = profileOf(seed, { groups, compaction });
  const simulation: Simulation = new Simulation({
    ...options,
    configs: { ...profile.configs, ...options.configs },
    onEvent: (broker, fields) => {
      events.heard(broker, fields);
      run.groups.heard(fields);
    },
  });
  simulation.trace.line(`schedule: seed ${options.seed}, ${profile.name}`);
  const run: ScheduleRun = new ScheduleRun(simulation, profile, options);
  try {
    await run.toTheEnd();
  } catch (error) {
    run.problems.push(describeError(error));
  }
  const { trace, world } = simulation;
  return {
    seed: options.seed,
    problems: [...run.problems, ...events.problems],
    verdict: run.verdict,
    fingerprint: trace.fingerprint,
    lines: trace.lines,
    steps: world.steps,
    compacted: run.compacted?.removed ?? 0,
  };
}

class ScheduleRun {
  readonly problems: string[] = [];
  verdict: Verdict = newVerdict();
  readonly groups: GroupStage;
  readonly compacted: CompactedTopic | undefined;
  private readonly history = new History();
  private readonly state: ClusterState;
  private readonly epochs: EpochWatch;
  private readonly admin: Admin;
  private readonly writers: readonly SimWriter[];
  private readonly reader: SimReader;
  private readonly nemeses: readonly Nemesis[];
  /** By partition, how far administrators wanted its records deleted. */
  private readonly deletedBelow: number[] = [];
  private readonly replicas: number;

  constructor(
    private readonly simulation: Simulation,
    profile: Profile,
    private readonly options: ScheduleOptions,
  ) {
    const { world, ensemble, trace } = simulation;
    const { seed, faults = profile.faults } = options;
    const workload = { history: this.history, topic: TOPIC, partitions: PARTITIONS };
    this.state = new ClusterState(ensemble, TOPIC, PARTITIONS);
    this.epochs = new EpochWatch(world, this.state);
    this.replicas = simulation.brokers.length;
    this.admin = this.client('admin').admin();
    this.writers = Array.from({ length: WRITERS }, (_, id) => {
      const kafka = this.client(`writer-${id + 1}`);
      const random = new SeededRandom(seed * 31 + id + 1);
      return new SimWriter({ ...workload, kafka, world, random, id, everyMs: WRITE_EVERY_MS });
    });
    const kafka = this.client('reader-1');
    const rack = profile.readerRack;
    this.reader = new SimReader({ ...workload, kafka, trace, world, rack, name: 'reader-1' });
    const deletedBelow = (partition: number) => this.deletedBelow[partition] ?? 0;
    const plans = profile.groups;
    this.groups = new GroupStage({ ...workload, simulation, seed, plans, deletedBelow });
    this.compacted = profile.compacts
      ? new CompactedTopic({ simulation, seed, replicationFactor: this.replicas })
      : undefined;
    const keyed = new ClusterState(ensemble, COMPACTED_TOPIC, 1);
    const isWhole = () => this.state.isWhole() && (!this.compacted || keyed.isWhole());
    const { admin, reader } = this;
    const { groups } = this.groups;
    const deleting = (partition: number) => {
      const read = Math.min(reader.position(partition), this.groups.handled(partition));
      return (this.deletedBelow[partition] = read);
    };
    const field = { simulation, admin, groups, topic: TOPIC, partitions: PARTITIONS, deleting };
    const nemesis = (number: number, kinds: readonly Fault[]) =>
      new Nemesis({ ...field, random: new SeededRandom(seed * 31 + number) }, isWhole, kinds);
    this.nemeses = [nemesis(17, faults), ...(groups.length > 0 ? [nemesis(18, memberFaults)] : [])];
  }

  async toTheEnd(): Promise<void> {
    await this.begin();
    await this.simulation.pass((this.options.seconds ?? 60) * 1000);
    for (const nemesis of this.nemeses) nemesis.stop();
    this.groups.heal();
    await this.heal();
    await this.groups.failOver();
    await this.heal();
    await this.settle();
    if (this.compacted) this.problems.push(...(await this.compacted.judge()));
    await this.finalReads();
    this.judge();
  }

  private client(name: string): Kafka {
    return this.simulation.client(name);
  }

  private async begin(): Promise<void> {
    const { simulation } = this;
    for (const broker of simulation.brokers) broker.start();
    const up = () => simulation.brokers.every((broker) => broker.isServing);
    if (!(await simulation.pass(STARTED_MS, up))) throw new Error('The brokers do not start.');
    const topic = { topic: TOPIC, numPartitions: PARTITIONS, replicationFactor: this.replicas };
    await simulation.perform(STARTED_MS, () => this.admin.createTopics([topic]));
    const { compacted } = this;
    if (compacted) {
      await simulation.perform(STARTED_MS, () => compacted.create(this.admin));
      compacted.start();
    }
    this.epochs.start();
    for (const writer of this.writers) writer.start();
    this.reader.start();
    this.groups.start();
    for (const nemesis of this.nemeses) nemesis.start();
  }

  private async heal(): Promise<void> {
    const { simulation, state } = this;
    if (await simulation.pass(HEALED_MS, () => this.isWhole())) return;
    const isrs = state.all().map((one) => one && `${one.leader} of [${one.isr.join()}]`);
    const brokers = state.registered().join();
    this.problems.push(
      `${HEALED_MS} ms after the last fault: leaders ${isrs.join('; ')}, registered [${brokers}], ` +
        `controller ${state.controller()}`,
    );
  }

  private isWhole(): boolean {
    const { simulation, state } = this;
    return (
      simulation.brokers.every((broker) => broker.isServing) &&
      state.isWhole() &&
      state.registered().length === simulation.brokers.length &&
      state.controller() !== undefined
    );
  }

  /** What was sent is answered, and what is there has been read. */
  private async settle(): Promise<void> {
    const { simulation } = this;
    for (const writer of this.writers) writer.stop();
    const settled = () => this.writers.every(({ pending }) => pending === 0);
    if (!(await simulation.pass(SETTLED_MS, settled))) {
      this.problems.push('Records are neither delivered nor given up.');
    }
    await this.groups.drain(this.acked());
    const caughtUp = () => [...this.history.partitions.values()].every(hasCaughtUp);
    if (!(await simulation.pass(SETTLED_MS, caughtUp))) {
      this.problems.push('The reader does not reach the end.');
    }
    if (!(await this.replicasAgree())) {
      this.problems.push(`The replicas do not end alike: ${this.replicaEnds().join('; ')}.`);
    }
    await simulation.perform(SETTLED_MS, () => this.reader.stop());
    for (const failure of new Set(this.reader.failures)) this.problems.push(`reader: ${failure}`);
  }

  /** Where each broker's logs end. */
  private replicaEnds(): string[] {
    const names = Array.from({ length: PARTITIONS }, (_, index) => `${TOPIC}-${index}`);
    return names.map((name, partition) =>
      this.holders(partition)
        .map(({ disk }) => dumpReplica(disk, name).nextOffset)
        .join(),
    );
  }

  /** The brokers that hold a partition. */
  private holders(partition: number): SimBroker[] {
    const ids = this.state.assignment(partition) ?? [];
    return this.simulation.brokers.filter(({ id }) => ids.includes(id));
  }

  private async replicasAgree(): Promise<boolean> {
    const { world } = this.simulation;
    const until = world.now + HEALED_MS;
    const agree = () =>
      this.isWhole() && this.replicaEnds().every((ends) => new Set(ends.split(',')).size === 1);
    while (!agree() && world.now < until) await this.simulation.pass(LOOK_EVERY_MS);
    return agree();
  }

  private async finalReads(): Promise<void> {
    const { simulation, history } = this;
    const kafka = this.client('final-reader');
    await simulation.perform(SETTLED_MS, () => readToTheEnd(kafka, history, TOPIC, PARTITIONS));
    for (let index = 0; index < PARTITIONS; index++) {
      const partition = history.partition(`${TOPIC}-${index}`);
      // A leader that crashed may have forgotten how far it had deleted; replicas may not.
      const logStart = Math.max(this.deletedBelow[index] ?? 0, partition.finals[0]?.logStart ?? 0);
      for (const { id, name: source, disk } of this.holders(index)) {
        const { batches, read, nextOffset } = dumpReplica(disk, partition.name);
        partition.finals.push({ source, logStart, ...read });
        // All have ended alike: everything is committed.
        partition.replicas.push({ broker: id, highWatermark: nextOffset, batches });
      }
    }
  }

  /** By partition, offsets of the records that were acknowledged. */
  private acked(): number[][] {
    return Array.from({ length: PARTITIONS }, (_, index) =>
      this.history.partition(`${TOPIC}-${index}`).acks.map(({ offset }) => offset),
    );
  }

  private judge(): void {
    const tolerated = new Set(this.options.tolerated);
    this.verdict = check(this.history);
    for (const name of anomalyNames) {
      if (this.verdict[name] > 0 && !tolerated.has(name)) {
        this.problems.push(`${name}: ${this.verdict[name]}`);
      }
    }
    for (const { anomaly, partition, what } of this.verdict.findings) {
      if (!tolerated.has(anomaly)) this.problems.push(`${anomaly} in ${partition}: ${what}`);
    }
    this.problems.push(...this.epochs.problems, ...this.groups.judge(this.acked()));
    if (this.verdict.acked === 0) this.problems.push('Nothing was acknowledged.');
  }
}

function hasCaughtUp({
  acks,
  polls,
}: {
  acks: { offset: number }[];
  polls: { offsets: readonly number[] }[];
}): boolean {
  let last = -1;
  for (const { offset } of acks) last = Math.max(last, offset);
  const { offsets } = polls[polls.length - 1] ?? { offsets: [-1] };
  return offsets[offsets.length - 1]! >= last;
}
