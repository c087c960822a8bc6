import type { Admin } from '../../client';
import { History } from '../../tools/drill/checker/history';
import { until } from '../../tools/drill/until';
import { GroupMember } from '../drills/groups/group-member';
import type { MultiBrokerCluster } from '../harness/multi-broker-cluster';
import { runClient } from './run-client';

/** Of a topic and a group. */
export interface CooperativeRunOptions {
  readonly cluster: MultiBrokerCluster;
  readonly admin: Admin;
  /** Compiled from librdkafka-client.c. */
  readonly client: string;
  /** Compiled from librdkafka-member.c. */
  readonly member: string;
  readonly topic: string;
  readonly partitions: number;
  readonly group: string;
}

/** One who writes at librdkafka's hands, members that read, and what each of them has told. */
export class CooperativeRun {
  readonly members: GroupMember[] = [];
  /** What the producer has printed so far. */
  produced = '';
  private endStream = (): void => undefined;
  private streaming: Promise<string> | undefined;

  constructor(private readonly options: CooperativeRunOptions) {}

  startProducer(): void {
    const inputEnds = new Promise<void>((resolve) => (this.endStream = resolve));
    const { client, topic, partitions } = this.options;
    const args = ['stream', this.servers, topic, String(partitions)];
    const onOutput = (text: string): void => void (this.produced = text);
    this.streaming = runClient(client, args, { inputEnds, onOutput });
    // Told of when it is stopped.
    this.streaming.catch(() => undefined);
  }

  /** Resolves when everything is delivered. */
  async stopProducer(): Promise<void> {
    this.endStream();
    await this.streaming;
  }

  addMember(): GroupMember {
    const { member: program, topic, group } = this.options;
    const args = [this.servers, topic, group];
    const member = new GroupMember(`member-${this.members.length}`, { program, args });
    this.members.push(member);
    return member;
  }

  /** Partitions that a member has been given and not given back. */
  ownedBy(member: GroupMember): number[] {
    const owned = new Set<number>();
    for (const { name, partitions = [] } of member.events) {
      for (const { partition } of partitions) {
        if (name === 'partitions_assigned') owned.add(partition);
        if (name === 'partitions_revoked') owned.delete(partition);
      }
    }
    return [...owned].sort();
  }

  /** Partitions taken away so far, from each member. */
  get revoked(): number[] {
    return this.members.map(({ events }) =>
      events
        .filter(({ name }) => name === 'partitions_revoked')
        .reduce((sum, { partitions = [] }) => sum + partitions.length, 0),
    );
  }

  /** Records delivered so far, by partition. */
  get delivered(): number[] {
    const counts = new Array<number>(this.options.partitions).fill(0);
    for (const [, partition] of this.deliveries()) counts[partition]!++;
    return counts;
  }

  /**
   * `[number, partition, offset, at, latency]` of each record, times in microseconds. The offset is
   * below 0 when librdkafka knows of the delivery only by that of what it has sent after it.
   */
  deliveries(): [number, number, number, number, number][] {
    return [...this.produced.matchAll(/^delivered (\d+) (\d+) (-?\d+) (\d+) (\d+)$/gm)].map(
      ([, ...figures]) => figures.map(Number) as [number, number, number, number, number],
    );
  }

  /** Resolves when the members own so many partitions each, in any order. */
  untilShared(counts: readonly number[]): Promise<void> {
    return this.until(`shares of ${counts.join()}`, () => {
      const shares = this.members.map((member) => this.ownedBy(member).length).sort();
      return shares.join() === counts.join();
    });
  }

  /** Resolves when each partition has had some more records delivered, and all of them are read. */
  async untilFlows(): Promise<void> {
    const before = this.delivered;
    await this.until('deliveries to every partition', () =>
      this.delivered.every((count, partition) => count > before[partition]! + 3),
    );
    await this.untilRead();
  }

  /** Resolves when what is delivered by now is read. */
  async untilRead(): Promise<void> {
    const goal = this.delivered;
    await this.until('reads of every partition', () =>
      this.readCounts().every((count, partition) => count >= goal[partition]!),
    );
  }

  /** Has every member commit what it has read. Resolves when each could; the group must be stable. */
  async commit(): Promise<void> {
    const commits = () =>
      this.members.map(
        ({ events }) =>
          events.filter(({ name, success }) => name === 'offsets_committed' && success).length,
      );
    const before = commits();
    await this.until('a commit of each member', () => {
      const lacking = this.members.filter((_, index) => commits()[index]! <= before[index]!);
      for (const member of lacking) member.signal('SIGUSR1');
      return lacking.length === 0;
    });
  }

  private readCounts(): number[] {
    const counts = Array.from({ length: this.options.partitions }, () => new Set<number>());
    for (const { name, partition, offset } of this.members.flatMap(({ events }) => events)) {
      if (name === 'record_data') counts[partition!]!.add(offset!);
    }
    return counts.map(({ size }) => size);
  }

  /** The broker that leads each partition. */
  async leaders(): Promise<number[]> {
    return (await this.describedPartitions()).map(({ leader }) => leader!);
  }

  /**
   * Resolves when every replica is in sync. Whoever kills another broker before that leaves too few,
   * and when librdkafka 2.0 has a batch refused for that, and the next of its batches comes when there
   * are enough again, it takes the gap between them for a fatal error.
   */
  untilInSync(): Promise<void> {
    return this.until('all replicas in sync', async () =>
      (await this.describedPartitions()).every(
        ({ isr, replicas }) => isr.length === replicas.length,
      ),
    );
  }

  private async describedPartitions() {
    const { admin, topic } = this.options;
    const [described] = await admin.describeTopics([topic]);
    return described!.partitions;
  }

  /** The broker that coordinates the group. */
  async coordinator(): Promise<number> {
    const { admin, group } = this.options;
    const [described] = await admin.describeGroups([group]);
    return described!.coordinator!.nodeId;
  }

  /** Everything as the checker wants it. */
  history(): History {
    const history = new History();
    const partition = (index: number) => history.partition(`${this.options.topic}-${index}`);
    const sends = this.deliveries().sort(([one], [other]) => one - other);
    const acks = sends.map(([value, index, offset, at, latency]) => {
      const send = partition(index).sending(1, value, value, (at - latency) / 1000);
      return () => {
        if (offset >= 0) partition(index).acked(send, offset, at / 1000);
      };
    });
    const times = sends.map(([, , , at], index) => ({ at, index }));
    for (const { index } of times.sort((one, other) => one.at - other.at)) acks[index]!();
    for (const member of this.members) this.addReads(member, history);
    return history;
  }

  private addReads(member: GroupMember, history: History): void {
    const generations = new Map<number, number>();
    for (const { name, partitions = [], partition, offset, value } of member.events) {
      if (name === 'partitions_assigned') {
        for (const { partition: given } of partitions) {
          generations.set(given, (generations.get(given) ?? 0) + 1);
        }
      }
      if (name !== 'record_data') continue;
      history.partition(`${this.options.topic}-${partition}`).polls.push({
        reader: member.name,
        generation: generations.get(partition!) ?? 0,
        from: offset!,
        offsets: [offset!],
        values: [Number(value)],
      });
    }
  }

  private get servers(): string {
    return this.options.cluster.addresses.join();
  }

  private until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    return until(what, condition, new AbortController().signal, 60_000);
  }
}
