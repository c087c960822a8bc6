import { mkdirSync, openSync, readSync, writevSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { SharedReads } from '../../broker/network/shared-reads';
import { FrameBuffers } from '../../client/protocol/frame-buffers';
import { FrameSplitter } from '../../client/protocol/frame-splitter';
import { computeCrc, RecordBatch, stampBaseOffset } from '../../client/records';
import { PROTOTYPE_FETCH, PROTOTYPE_PRODUCE } from './prototype-protocol';

/**
 * The least a broker can do: cut frames, check the CRC, stamp the offset, append what arrived in
 * one turn of the event loop with one write, acknowledge. No protocol, no topics, no indexes, no
 * limits; memory is used again as in the product. It bounds what the product can reach with the same technique on the same machine.
 */
const [folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const file = openSync(join(folder, 'log'), 'w+');
let nextOffset = 0;
let size = 0;
/** Frames of a batch each. */
let group: Buffer[] = [];
let acks: { socket: Socket; offset: number }[] = [];

const reads = new SharedReads();
const frames = new FrameBuffers();
const server = createServer({ noDelay: true, pauseOnConnect: true }, (accepted) => {
  const socket = reads.attach(accepted, (bytes, lasting) => splitter.push(bytes, lasting));
  const splitter = new FrameSplitter(
    1 << 27,
    (frame) => onFrame(socket, frame),
    () => socket.destroy(),
    (bytes) => frames.take(bytes),
  );
  socket.on('error', () => {});
  socket.resume();
});

function onFrame(socket: Socket, frame: Buffer): void {
  if (frame[0] === PROTOTYPE_PRODUCE) produce(socket, frame);
  if (frame[0] === PROTOTYPE_FETCH) fetch(socket, frame.readDoubleBE(1), frame.readUInt32BE(9));
}

function produce(socket: Socket, frame: Buffer): void {
  const batch = new RecordBatch(frame, 1);
  if (batch.crc !== computeCrc(frame, 1)) {
    socket.destroy();
    return;
  }
  stampBaseOffset(frame, 1, nextOffset);
  if (group.length === 0) setImmediate(writeGroup);
  group.push(frame);
  acks.push({ socket, offset: nextOffset });
  nextOffset += batch.recordCount;
}

function writeGroup(): void {
  const written = group;
  const done = acks;
  group = [];
  acks = [];
  size += writevSync(
    file,
    written.map((frame) => frame.subarray(1)),
  );
  for (const frame of written) frames.give(frame);
  for (const { socket } of done) socket.cork();
  for (const { socket, offset } of done) {
    const answer = Buffer.allocUnsafe(12);
    answer.writeUInt32BE(8, 0);
    answer.writeDoubleBE(offset, 4);
    socket.write(answer);
  }
  for (const { socket } of done) socket.uncork();
}

function fetch(socket: Socket, position: number, maxBytes: number): void {
  const length = Math.min(maxBytes, size - position);
  const answer = Buffer.allocUnsafeSlow(4 + length);
  answer.writeUInt32BE(length, 0);
  readSync(file, answer, 4, length, position);
  socket.write(answer);
}

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
