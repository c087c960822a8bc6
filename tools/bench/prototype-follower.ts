import { mkdirSync, openSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { FrameSplitter } from '../../client/protocol/frame-splitter';
import { computeCrc, RecordBatch } from '../../client/records';
import { prototypeFollow } from './prototype-protocol';

/** The least a follower can do: fetch, check the CRCs, append, fetch on. */
const [folder, follower, leaderPort] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const file = openSync(join(folder, 'log'), 'w+');
let size = 0;

const socket = connect(Number(leaderPort), '127.0.0.1').setNoDelay(true);
const splitter = new FrameSplitter(1 << 28, append, () => process.exit(1));
socket.on('data', (chunk) => splitter.push(chunk));
socket.on('connect', () => {
  fetch();
  process.send?.(Number(leaderPort));
});

function append(batches: Buffer): void {
  // The leader cuts where its limit is: what is not whole is fetched again.
  let end = 0;
  while (end + 12 <= batches.length) {
    const next = end + 12 + batches.readInt32BE(end + 8);
    if (next > batches.length) break;
    if (new RecordBatch(batches, end).crc !== computeCrc(batches, end)) process.exit(1);
    end = next;
  }
  size += writeSync(file, batches, 0, end);
  fetch();
}

function fetch(): void {
  socket.write(prototypeFollow(Number(follower), size));
}
