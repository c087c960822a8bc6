import { crc32c } from '../../client/records/crc32c';
import { readInt64 } from '../../client/records/int64';
import type { DumpContext } from './dump-context';
import { DumpLogError } from './dump-log-error';
import { withFile } from './file-window';
import { fields } from './format-batch';

const VERSION = 1;
/** int16 version, uint32 CRC-32C of what follows, int32 number of entries. */
const CRC_AT = 2;
const COUNT_AT = 6;
const ENTRIES_AT = 10;
const ENTRY_SIZE = 46;
const advice = 'The broker will build it anew from the log when it starts.';

/** Prints a `.snapshot`: what the broker knows of producers (Kafka's ProducerStateManager). */
export async function dumpProducerSnapshot(path: string, { out }: DumpContext): Promise<void> {
  await withFile(path, async (file) => {
    const bytes = await file.view(0, file.size);
    if (bytes.length < ENTRIES_AT) throw new DumpLogError(`${path} is cut off.`, advice);
    const version = bytes.readInt16BE(0);
    if (version !== VERSION) {
      throw new DumpLogError(`${path} has version ${version}, not ${VERSION}.`, advice);
    }
    if (crc32c(bytes.subarray(COUNT_AT)) !== bytes.readUInt32BE(CRC_AT)) {
      throw new DumpLogError(`${path} is corrupt: its checksum is wrong.`, advice);
    }
    const end = ENTRIES_AT + bytes.readInt32BE(COUNT_AT) * ENTRY_SIZE;
    if (end > bytes.length) throw new DumpLogError(`${path} is cut off.`, advice);
    for (let at = ENTRIES_AT; at < end; at += ENTRY_SIZE) {
      await out.line(formatProducer(bytes.subarray(at, at + ENTRY_SIZE)));
    }
  });
}

function formatProducer(entry: Buffer): string {
  const lastSequence = entry.readInt32BE(10);
  const offsetDelta = entry.readInt32BE(22);
  const timestamp = readInt64(entry, 26);
  const producer = fields({
    producerId: readInt64(entry, 0),
    producerEpoch: entry.readInt16BE(8),
    coordinatorEpoch: entry.readInt32BE(34),
    currentTxnFirstOffset: optional(readInt64(entry, 38)),
    lastTimestamp: timestamp,
  });
  // A producer that has only ended transactions has no last batch.
  if (lastSequence < 0) return producer;
  const firstSequence = lastSequence - offsetDelta;
  const batch = fields({
    firstSequence: firstSequence < 0 ? firstSequence + 0x8000_0000 : firstSequence,
    lastSequence,
    lastOffset: readInt64(entry, 14),
    offsetDelta,
    timestamp,
  });
  return `${producer} ${batch}`;
}

const optional = (value: number): string =>
  value === -1 ? 'OptionalLong.empty' : `OptionalLong[${value}]`;
