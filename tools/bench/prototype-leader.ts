import { mkdirSync, openSync, readSync, writevSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { SharedReads } from '../../broker/network/shared-reads';
import { FrameBuffers } from '../../client/protocol/frame-buffers';
import { FrameSplitter } from '../../client/protocol/frame-splitter';
import { computeCrc, RecordBatch, stampBaseOffset } from '../../client/records';
import { PROTOTYPE_FOLLOW, PROTOTYPE_PRODUCE } from './prototype-protocol';

/**
 * The least a leader can do: what the prototype of a broker does, except that a batch is
 * acknowledged when all followers have asked for what comes after it. No epochs, no ISR, no limits.
 */
const [folder, followerCount] = process.argv.slice(2);
const FETCH_BYTES = 1 << 20;

mkdirSync(folder, { recursive: true });
const file = openSync(join(folder, 'log'), 'w+');
const positions: number[] = Array.from({ length: Number(followerCount) }, () => 0);
const waiting = new Map<number, Socket>();
let nextOffset = 0;
let size = 0;
/** Frames of a batch each. */
let group: Buffer[] = [];
const acks: { socket: Socket; offset: number; end: number }[] = [];
let queued = 0;

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
  if (frame[0] === PROTOTYPE_FOLLOW) follow(socket, frame[1], frame.readDoubleBE(2));
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
  queued += frame.length - 1;
  acks.push({ socket, offset: nextOffset, end: size + queued });
  nextOffset += batch.recordCount;
}

function writeGroup(): void {
  const written = group;
  group = [];
  queued = 0;
  size += writevSync(
    file,
    written.map((frame) => frame.subarray(1)),
  );
  for (const frame of written) frames.give(frame);
  for (const [follower, socket] of waiting) send(socket, positions[follower]);
  waiting.clear();
}

function follow(socket: Socket, follower: number, position: number): void {
  positions[follower] = position;
  acknowledge(Math.min(...positions));
  if (position < size) send(socket, position);
  else waiting.set(follower, socket);
}

function send(socket: Socket, position: number): void {
  const length = Math.min(FETCH_BYTES, size - position);
  const answer = Buffer.allocUnsafeSlow(4 + length);
  answer.writeUInt32BE(length, 0);
  readSync(file, answer, 4, length, position);
  socket.write(answer);
}

function acknowledge(highWatermark: number): void {
  const count = acks.findIndex(({ end }) => end > highWatermark);
  const done = acks.splice(0, count < 0 ? acks.length : count);
  for (const { socket } of done) socket.cork();
  for (const { socket, offset } of done) {
    const answer = Buffer.allocUnsafe(12);
    answer.writeUInt32BE(8, 0);
    answer.writeDoubleBE(offset, 4);
    socket.write(answer);
  }
  for (const { socket } of done) socket.uncork();
}

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
