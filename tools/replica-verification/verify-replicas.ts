import type { Admin, PartitionItem } from '../../client/admin';
import { delay, type Clock } from '../../client/runtime/clock';
import { AdminToolError } from '../admin/admin-tool-error';
import { outcomes } from '../admin/outcomes';
import { ExitCode, type CommandContext } from '../cli/command';
import type { ReplicaSource } from './replica-source';
import { mismatchText, progressText, timedLine } from './report-lines';
import type { ReplicaVerificationOptions } from './verification-options';
import { nameOf, Verification, type CheckedPartition } from './verification';

type Context = Pick<
  CommandContext<ReplicaVerificationOptions>,
  'options' | 'print' | 'note' | 'signal'
>;
type VerifyingAdmin = Pick<
  Admin,
  'describeConfigs' | 'describeTopics' | 'listOffsets' | 'listTopics'
>;

/** Records of one broker to have in memory at once, in bytes. */
const BYTES_AT_ONCE = 16 * 1024 * 1024;

/** One run of kafka-replica-verification. */
export class ReplicaVerifier {
  constructor(
    private readonly admin: VerifyingAdmin,
    private readonly source: ReplicaSource,
    private readonly context: Context,
    private readonly clock: Clock,
  ) {}

  /**
   * @param isChosen which topics
   * @returns the exit code: 1 when replicas differ, and when `--once` could not compare all
   * @throws AdminToolError when there is nothing to compare
   */
  async run(isChosen: (topic: string) => boolean): Promise<number> {
    const { options, note } = this.context;
    const partitions = await this.partitions(isChosen);
    const verification = new Verification(partitions, {
      source: this.source,
      partitionsAtOnce: Math.max(1, Math.floor(BYTES_AT_ONCE / options.fetchSize)),
      onMismatch: (partition, mismatch) => this.tell(mismatchText(partition, mismatch)),
      onFailure: (partition, brokerId, failure) =>
        note(
          failure === undefined
            ? `Replica ${brokerId} of ${nameOf(partition)} can be read again.`
            : `Replica ${brokerId} of ${nameOf(partition)} cannot be read: ${failure}.`,
        ),
    });
    this.tell('verification process is started');
    const isComplete = options.once
      ? await this.once(verification, partitions)
      : await this.goOn(verification);
    return isComplete && verification.mismatches === 0 ? ExitCode.ok : ExitCode.failure;
  }

  /** Until the signal. */
  private async goOn(verification: Verification): Promise<boolean> {
    const { options, signal } = this.context;
    let reported = this.clock.monotonic();
    while (!signal.aborted) {
      const advanced = await verification.pass();
      if (this.clock.monotonic() - reported >= options.reportIntervalMs) {
        reported = this.clock.monotonic();
        this.tell(progressText(verification.progress()));
        await this.lookAround(verification);
      }
      if (!advanced) await this.pause();
    }
    return true;
  }

  /** Until all there is at the beginning has been compared, or nothing moves any more. */
  private async once(
    verification: Verification,
    partitions: readonly CheckedPartition[],
  ): Promise<boolean> {
    const { options, signal, note } = this.context;
    const ends = await this.offsets(partitions, 'latest');
    let moved = this.clock.monotonic();
    while (!signal.aborted && verification.behind(ends).length > 0) {
      if (await verification.pass()) {
        moved = this.clock.monotonic();
        continue;
      }
      if (this.clock.monotonic() - moved >= options.reportIntervalMs) break;
      await this.lookAround(verification);
      await this.pause();
    }
    this.tell(progressText(verification.progress()));
    const behind = verification.behind(ends);
    for (const name of behind) note(`${name} could not be compared to its end.`);
    return behind.length === 0 && this.leftOut.length === 0;
  }

  /** Where replicas have gone, and what is not there any more. */
  private async lookAround(verification: Verification): Promise<void> {
    verification.moved(await this.assignments(this.topics));
    const late = verification.outOfRange();
    if (late.length === 0) return;
    const { succeeded } = await outcomes(
      this.admin.listOffsets(late.map((at) => ({ ...at, at: 'earliest' as const }))),
    );
    for (const { offset, ...at } of succeeded) verification.skipTo(at, offset);
  }

  private topics: readonly string[] = [];
  /** Partitions that nobody could tell the offsets of, by name. */
  private readonly leftOut: string[] = [];

  private async partitions(isChosen: (topic: string) => boolean): Promise<CheckedPartition[]> {
    const { options, note } = this.context;
    const names = (await this.admin.listTopics({ listInternal: true })).map(({ name }) => name);
    this.topics = names.filter(isChosen);
    if (this.topics.length === 0) {
      throw new AdminToolError('No topics found.', {
        code: 'UNKNOWN_TOPIC_OR_PARTITION',
        advice: 'See kafka-topics --list; --topics-include is a regular expression.',
      });
    }
    const assignments = await this.assignments(this.topics);
    const time = options.time ?? (options.once ? 'earliest' : 'latest');
    const begins = await this.offsets(assignments, time);
    const compacted = await this.compactedTopics();
    const checked: CheckedPartition[] = [];
    for (const { topic, partition, replicas } of assignments) {
      const name = nameOf({ topic, partition });
      const position = begins.get(name);
      if (position === undefined) {
        note(`${name} has no leader that answers and is left out.`);
        this.leftOut.push(name);
      } else {
        const isCompacted = compacted.has(topic);
        checked.push({ topic, partition, replicas, position, isCompacted });
      }
    }
    if (checked.length === 0) {
      throw new AdminToolError('Nothing was compared: no partition has a leader that answers.', {
        code: 'LEADER_NOT_AVAILABLE',
        advice: 'kafka-topics --describe shows where their replicas are; start those brokers.',
      });
    }
    return checked;
  }

  private async compactedTopics(): Promise<ReadonlySet<string>> {
    const described = await this.admin.describeConfigs(
      this.topics.map((name) => ({ type: 'TOPIC', name, configNames: ['cleanup.policy'] })),
    );
    const isCompacted = ({ configs }: (typeof described)[number]) =>
      configs.some(({ value }) => value?.includes('compact'));
    return new Set(described.filter(isCompacted).map(({ name }) => name));
  }

  private async assignments(topics: readonly string[]) {
    const { succeeded } = await outcomes(this.admin.describeTopics(topics));
    return succeeded.flatMap(({ name: topic, partitions }) =>
      partitions.map(({ replicas }, partition) => ({ topic, partition, replicas })),
    );
  }

  /** Offsets by partition, as far as they can be found out. */
  private async offsets(
    partitions: readonly PartitionItem[],
    at: number | 'earliest' | 'latest',
  ): Promise<Map<string, number>> {
    const ask = async (items: readonly PartitionItem[], when: typeof at) => {
      const questions = items.map(({ topic, partition }) => ({ topic, partition, at: when }));
      return (await outcomes(this.admin.listOffsets(questions))).succeeded;
    };
    const found = await ask(partitions, at);
    // No record is that young: what comes is.
    const none = found.filter(({ offset }) => offset < 0);
    const ends = none.length === 0 ? [] : await ask(none, 'latest');
    return new Map([...found, ...ends].map((one) => [nameOf(one), one.offset]));
  }

  private async pause(): Promise<void> {
    const { options, signal } = this.context;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      void delay(options.maxWaitMs, this.clock).then(resolve);
    });
  }

  private tell(text: string): void {
    this.context.print(timedLine(this.clock.now(), text));
  }
}
