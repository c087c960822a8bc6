import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { apis } from '../../client/protocol/apis';
import { FrameSplitter } from '../../client/protocol/frame-splitter';
import { msgpackCodec } from '../../client/protocol/msgpack/codec';
import { deferred } from '../../client/runtime/deferred';
import type { SeededRandom } from '../harness/seeded-random';
import { frame, lastFrames } from './malformed-frames';
import { payloadOf } from './request-seeds';
import { soundFrames } from './sound-frames';

/** The answer to this one says that everything before it has been dealt with. */
const SENTINEL = 0x7ead_beef;
const sentinel = frame(payloadOf({ api: apis.ApiVersions, body: {} }, SENTINEL));

/** Flipped bits may ask for a long poll; nobody waits for its end. */
const PATIENCE_MS = 3000;

/** What was thrown, and what came back. */
export class FuzzTally {
  readonly sent = new Map<string, number>();
  frames = 0;
  connections = 0;
  answered = 0;
  closedByBroker = 0;
  /** Connections left alone with a long poll that some malformation has made. */
  leftWaiting = 0;

  count(kind: string): void {
    this.frames++;
    this.sent.set(kind, (this.sent.get(kind) ?? 0) + 1);
  }
}

export interface FuzzTarget {
  readonly port: number;
  /** Topics that batches are thrown at. */
  readonly topics: readonly string[];
  readonly random: SeededRandom;
  readonly tally: FuzzTally;
}

/** The broker sees many clients, on a network of its own on the loopback interface. */
export async function connectFrom(target: FuzzTarget): Promise<Socket> {
  const { port, random, tally } = target;
  const localAddress = `127.0.${random.int(1, 250)}.${random.int(1, 250)}`;
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  tally.connections++;
  return socket;
}

/**
 * One connection's worth of malformed frames: some with a message in order that asks for something
 * impossible, then one that may end the connection. Resolves when the broker has dealt with them:
 * it has closed the connection, or answered a request that came last.
 */
export async function throwFrames(target: FuzzTarget, mostSound: number): Promise<void> {
  const { random, topics, tally } = target;
  const socket = await connectFrom(target);
  const parts: Buffer[] = [];
  for (let left = random.int(0, mostSound); left > 0; left--) {
    const kind = random.pick(Object.keys(soundFrames));
    parts.push(soundFrames[kind]!(random, topics));
    tally.count(kind);
  }
  const kind = random.pick(Object.keys(lastFrames));
  const last = lastFrames[kind]!(random, topics[0]!);
  tally.count(kind);
  const done = deferred();
  const splitter = new FrameSplitter(
    0x7fff_ffff,
    (payload) => {
      tally.answered++;
      if (msgpackCodec.decodeResponse(payload).correlationId === SENTINEL) done.resolve();
    },
    ({ announced }) => done.reject(new Error(`The broker answers with ${announced} bytes.`)),
  );
  socket.on('data', (chunk: Buffer) => {
    try {
      splitter.push(chunk);
    } catch (error) {
      done.reject(error);
    }
  });
  // What came last may be half a frame, or pretend to be the beginning of a larger one: then nobody
  // closes or answers until this side ends.
  socket.on('end', () => {
    tally.closedByBroker++;
    done.resolve();
  });
  socket.on('close', () => done.resolve());
  const swallows = kind === 'half a frame' || kind === 'wrong length' || kind.startsWith('random');
  socket.write(Buffer.concat([...parts, swallows ? sentinel : last, swallows ? last : sentinel]));
  if (kind === 'huge length') socket.end();
  const patience = setTimeout(() => {
    tally.leftWaiting++;
    done.resolve();
  }, PATIENCE_MS);
  try {
    await done.promise;
  } finally {
    clearTimeout(patience);
    socket.destroy();
  }
}
