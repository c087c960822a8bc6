import { Kafka } from '../../../client';
import { check } from '../../../tools/drill/checker/check';
import { History, type SendFact } from '../../../tools/drill/checker/history';
import { isClean, verdictLine } from '../../../tools/drill/checker/verdict';
import { readToTheEnd } from '../../../tools/drill/load/final-read';
import { until } from '../../../tools/drill/until';
import type { MultiBrokerCluster } from '../../harness/multi-broker-cluster';
import type { RunningProgram } from './running-program';

const PARTITIONS = 3;

/**
 * Kills the leader of a partition, then the coordinator of the group, while a client writes and
 * reads in that group, and judges what it was told.
 *
 * @param name of the topic, and of the group
 * @returns the verdict
 * @throws Error when something is lost, doubled, or at another place than told
 */
export async function failover(
  program: RunningProgram,
  cluster: MultiBrokerCluster,
  name: string,
): Promise<string> {
  const kafka = new Kafka({ brokers: cluster.addresses });
  const admin = kafka.admin();
  try {
    await untilDelivered(program, 50);
    const [{ coordinator } = {}] = await admin.describeGroups([name]);
    const [{ partitions = [] } = {}] = await admin.describeTopics([name]);
    const leaders = partitions.map(({ leader }) => leader);
    const leader = leaders.find((id) => id !== coordinator?.nodeId);
    if (!leader || !coordinator) throw new Error('There is no leader, or no coordinator.');
    await cluster.kill(leader);
    await untilDelivered(program, 50);
    await cluster.start(leader);
    await cluster.kill(coordinator.nodeId);
    await untilDelivered(program, 50);
    await cluster.start(coordinator.nodeId);
    program.finish();
    await program.result();
    const history = historyOf(program.lines, name);
    await readToTheEnd(kafka, history, name, PARTITIONS);
    const verdict = check(history);
    if (!isClean(verdict) || verdict.acked === 0 || verdict.read !== verdict.acked) {
      throw new Error(`${verdictLine(verdict)}\n${JSON.stringify(verdict.findings, null, 1)}`);
    }
    return `${verdict.acked} records, each there once and read by the group`;
  } finally {
    await admin.close();
  }
}

/** Resolves when each partition has had so many more records delivered. */
async function untilDelivered(program: RunningProgram, more: number): Promise<void> {
  const counts = (): number[] => {
    const delivered = new Array<number>(PARTITIONS).fill(0);
    for (const line of program.lines) {
      const [word, , partition] = line.split(' ');
      if (word === 'delivered') delivered[Number(partition)]!++;
    }
    return delivered;
  };
  const before = counts();
  const limit = new AbortController();
  await until(
    'deliveries to each partition',
    () => {
      if (!program.runs) limit.abort(new Error('The program has ended before its time.'));
      return counts().every((count, partition) => count >= before[partition]! + more);
    },
    limit.signal,
  ).catch(async (error: unknown) => {
    if (!program.runs) await program.result();
    throw error;
  });
}

/** `delivered <value> <partition> <offset>`, `read <member> <generation> <partition> <offset> <value>` */
function historyOf(lines: readonly string[], topic: string): History {
  const history = new History();
  const acks: { readonly value: number; readonly partition: number; readonly offset: number }[] =
    [];
  for (const line of lines) {
    const [word, ...fields] = line.split(' ');
    const figures = fields.map(Number);
    if (word === 'delivered') {
      const [value, partition, offset] = figures as [number, number, number];
      acks.push({ value, partition, offset });
    }
    if (word !== 'read') continue;
    const [member, generation, partition, offset, value] = figures as [
      number,
      number,
      number,
      number,
      number,
    ];
    const read = { from: offset, offsets: [offset], values: [value] };
    const poll = { reader: `member ${member}`, generation, ...read };
    history.partition(`${topic}-${partition}`).polls.push(poll);
  }
  // The values count up in the order of sending. Times are not told.
  const sends = new Map<number, SendFact>();
  for (const { value, partition } of [...acks].sort((one, other) => one.value - other.value)) {
    sends.set(value, history.partition(`${topic}-${partition}`).sending(1, value, value, 0));
  }
  for (const { value, partition, offset } of acks) {
    history.partition(`${topic}-${partition}`).acked(sends.get(value)!, offset, 0);
  }
  return history;
}
