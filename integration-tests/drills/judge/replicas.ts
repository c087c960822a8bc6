import { recordsOf } from '../../../client/records';
import type { History, StoredBatch } from '../../../tools/drill/checker/history';
import { scanSegments } from '../../harness/segment-scan';

interface Dump {
  readonly batches: StoredBatch[];
  readonly offsets: number[];
  readonly values: number[];
  lastEpoch: number;
}

/**
 * Reads the files of a stopped broker with nothing of its own log code and adds what it finds to
 * the history: each replica must hold every acknowledged record, and the same bytes as the others.
 * All was in sync and quiet before the broker stopped, so the whole log counts.
 *
 * @returns what is wrong with the files themselves
 */
export async function readReplica(
  history: History,
  broker: number,
  logDir: string,
): Promise<string[]> {
  const problems: string[] = [];
  const dumps = new Map<string, Dump>();
  const onlyKnown = (name: string): boolean => history.partitions.has(name);
  try {
    await scanSegments(
      logDir,
      (partition, { baseOffset, nextOffset, bytes, leaderEpoch }) => {
        const dump = dumps.get(partition) ?? {
          batches: [],
          offsets: [],
          values: [],
          lastEpoch: -1,
        };
        dumps.set(partition, dump);
        if (leaderEpoch < dump.lastEpoch) {
          problems.push(
            `broker ${broker}, ${partition}: epoch ${leaderEpoch} after ${dump.lastEpoch} at ${baseOffset}`,
          );
        }
        dump.lastEpoch = leaderEpoch;
        dump.batches.push({ baseOffset, nextOffset, bytes });
        for (const record of recordsOf(bytes)) {
          dump.offsets.push(record.offset);
          dump.values.push(Number(record.value));
        }
      },
      onlyKnown,
    );
  } catch (error) {
    problems.push(`broker ${broker}: ${(error as Error).message}`);
  }
  for (const [partition, { batches, offsets, values }] of dumps) {
    const { replicas, finals } = history.partition(partition);
    const logStart = batches[0]?.baseOffset ?? 0;
    replicas.push({ broker, highWatermark: Infinity, batches });
    finals.push({ source: `broker ${broker}`, offsets, values, logStart });
  }
  return problems;
}
