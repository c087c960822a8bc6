import { closeSync, mkdtempSync, openSync, rmSync, writevSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { crc32c } from '../../client/records';
import { deferred } from '../../client/runtime/deferred';
import { startChild } from './child';
import { seconds } from './measure';

const CHUNK = 64 * 1024;

/** Bytes per second that one Node process gets through loopback TCP to another. */
export async function rawTcp(totalBytes: number): Promise<number> {
  const sink = await startChild('tcp-sink');
  const chunk = Buffer.alloc(CHUNK, 1);
  const socket = connect(sink.port, '127.0.0.1').setNoDelay(true);
  const taken = deferred();
  socket.once('data', () => taken.resolve());
  const time = await seconds(async () => {
    for (let sent = 0; sent < totalBytes; sent += CHUNK) {
      if (!socket.write(chunk)) await new Promise((drained) => socket.once('drain', drained));
    }
    // The sink answers with one byte when the other side has said that it is done.
    socket.end();
    await taken.promise;
  });
  sink.stop();
  return totalBytes / time;
}

/** Bytes per second that a process appends to a file in groups of 16 batches of 16 KiB. */
export async function rawAppend(folder: string, totalBytes: number): Promise<number> {
  const home = mkdtempSync(join(folder, 'append-'));
  const group = Array.from({ length: 16 }, () => Buffer.alloc(16 * 1024, 1));
  const file = openSync(join(home, 'log'), 'w');
  const time = await seconds(() => {
    for (let written = 0; written < totalBytes;) written += writevSync(file, group);
  });
  closeSync(file);
  rmSync(home, { recursive: true });
  return totalBytes / time;
}

/** Bytes per second of CRC-32C over batches of 64 KiB. */
export async function rawCrc(totalBytes: number): Promise<number> {
  const chunk = Buffer.alloc(CHUNK, 1);
  const time = await seconds(() => {
    for (let done = 0; done < totalBytes; done += CHUNK) crc32c(chunk);
  });
  return totalBytes / time;
}
