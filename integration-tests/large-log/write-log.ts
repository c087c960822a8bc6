import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultLogConfig, openLogManager } from '../../broker/log';
import { RecordBatchBuilder, stampCrc, writeInt64 } from '../../client/records';
import { baseTimestampAt, maxTimestampAt } from '../../client/records/batch-layout';

export interface LargeLogPlan {
  readonly topic: string;
  readonly partitions: number;
  readonly bytes: number;
  readonly segmentBytes: number;
  /** Time of the first batch of every partition; each batch is one millisecond younger. */
  readonly startTime: number;
}

/** How the records lie in each partition. */
export interface LargeLog {
  readonly batchesPerPartition: number;
  readonly recordsPerBatch: number;
  readonly segments: number;
  readonly bytes: number;
}

const BATCH_BYTES = 16 * 1024;
const BATCHES_AT_ONCE = 64;
const RECORD_BYTES = 1000;

/**
 * Fills the directory of a stopped broker, which has created the topic already, through the
 * broker's own log: same segments, same indexes, clean marker.
 */
export async function writeLargeLog(logDir: string, plan: LargeLogPlan): Promise<LargeLog> {
  const { topic, partitions, startTime, segmentBytes } = plan;
  const meta = readFileSync(join(logDir, 'meta.properties'), 'utf8');
  const manager = await openLogManager({
    logDirs: [logDir],
    brokerId: 1,
    clusterId: /^cluster\.id=(.*)$/m.exec(meta)![1]!,
    configFor: () => ({ ...defaultLogConfig, segmentBytes }),
    config: { minFreeBytes: 0 },
  });
  const { batch, records } = prepareBatch();
  const chunk = Buffer.alloc(batch.length * BATCHES_AT_ONCE);
  for (let i = 0; i < BATCHES_AT_ONCE; i++) batch.copy(chunk, i * batch.length);
  const rounds = Math.ceil(plan.bytes / partitions / chunk.length);
  let segments = 0;
  let bytes = 0;
  for (let partition = 0; partition < partitions; partition++) {
    const log = manager.getLog({ topic, partition })!;
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < BATCHES_AT_ONCE; i++) {
        const time = startTime + round * BATCHES_AT_ONCE + i;
        writeInt64(chunk, i * batch.length + baseTimestampAt, time);
        writeInt64(chunk, i * batch.length + maxTimestampAt, time);
        stampCrc(chunk, i * batch.length);
      }
      await log.appendAsLeader(chunk, 0).written;
    }
    await log.flush();
    segments += log.segmentCount;
    bytes += log.sizeInBytes;
  }
  await manager.close();
  return {
    batchesPerPartition: rounds * BATCHES_AT_ONCE,
    recordsPerBatch: records,
    segments,
    bytes,
  };
}

/** Records that all have the batch's base time, so that a new time needs only a new header. */
function prepareBatch(): { batch: Buffer; records: number } {
  const builder = new RecordBatchBuilder({ maxBytes: BATCH_BYTES });
  const value = Buffer.alloc(RECORD_BYTES, 'The quick brown fox jumps over the lazy dog. ');
  while (builder.tryAppend(0, null, value) >= 0);
  return { batch: Buffer.from(builder.build()), records: builder.recordCount };
}
