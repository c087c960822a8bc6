import { readInt64 } from '../../client/records/int64';
import type { DumpContext } from './dump-context';
import { EntryFile } from './entry-file';
import { withFile } from './file-window';
import { fields } from './format-batch';

const ENTRY_SIZE = 34;

/** Prints a `.txnindex`: the aborted transactions of a segment (Kafka's TransactionIndex). */
export async function dumpTransactionIndex(path: string, { out }: DumpContext): Promise<void> {
  await withFile(path, async (file) => {
    const entries = new EntryFile(file, ENTRY_SIZE, (bytes) => ({
      version: bytes.readInt16BE(0),
      producerId: readInt64(bytes, 2),
      firstOffset: readInt64(bytes, 10),
      lastOffset: readInt64(bytes, 18),
      lastStableOffset: readInt64(bytes, 26),
    }));
    for (let n = 0; n < entries.count; n++) await out.line(fields(await entries.at(n)));
  });
}
