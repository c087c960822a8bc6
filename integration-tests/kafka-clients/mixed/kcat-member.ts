import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { processGuard } from '../../harness/process-guard';
import {
  HEARTBEAT_MS,
  type GroupMember,
  type MembershipOptions,
  type ReadRecord,
} from './group-member';

/** The shortest that brokers take by default: so long a group waits for one that was killed. */
const SESSION_TIMEOUT_MS = 6000;

/** `kcat -G`, which tells on stderr what librdkafka has assigned to it. */
export class KcatMember implements GroupMember {
  memberId = '';
  owned: number[] = [];
  readonly records: ReadRecord[] = [];
  private readonly exited: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    this.exited = once(child, 'close');
    processGuard.add(child);
  }

  static start({ brokers, groupId, topic, strategy }: MembershipOptions): KcatMember {
    const settings = {
      'partition.assignment.strategy': strategy,
      'auto.offset.reset': 'earliest',
      'session.timeout.ms': SESSION_TIMEOUT_MS,
      'heartbeat.interval.ms': HEARTBEAT_MS,
    };
    const child = spawn(
      'kcat',
      [
        ...['-b', brokers.join(','), '-G', groupId, '-u', '-f', '%p/%s\n'],
        ...Object.entries(settings).flatMap(([name, value]) => ['-X', `${name}=${value}`]),
        topic,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const member = new KcatMember(child);
    createInterface(child.stdout).on('line', (line) => member.records.push(line as ReadRecord));
    createInterface(child.stderr).on('line', (line) => member.onTold(line));
    return member;
  }

  /** As Ctrl-C does. */
  async leave(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.exited;
    this.owned = [];
  }

  /** It has no time to tell anybody: the session has to end first. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
    this.owned = [];
  }

  /** `% Group g rebalanced (memberid m): assigned: t [0], t [1]`, or `revoked: …`. */
  private onTold(line: string): void {
    const [, memberId, what, partitions] =
      /rebalanced \(memberid (\S*)\): (assigned|revoked): ?(.*)/.exec(line) ?? [];
    if (memberId === undefined || partitions === undefined) return;
    this.memberId = memberId;
    const numbers = [...partitions.matchAll(/\[(\d+)\]/g)].map(([, number]) => Number(number));
    this.owned = what === 'revoked' ? [] : numbers.sort((a, b) => a - b);
  }
}
