import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { apis } from '../../client/protocol/apis';
import { FrameSplitter } from '../../client/protocol/frame-splitter';
import type { WireCodec } from '../../client/protocol/wire-codec';
import { deferred } from '../../client/runtime/deferred';
import type { SeededRandom } from '../harness/seeded-random';

/** The answer to this one says that everything before it has been dealt with. */
const SENTINEL = 0x7ead_beef;

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

/** Makes a frame about one of the topics. */
export type MakeFrame = (random: SeededRandom, topics: readonly string[]) => Buffer;

/** What is thrown, in one of the two protocols. */
export interface FuzzDialect {
  readonly codec: WireCodec;
  /** Frames with a proper message that asks for something impossible: the connection goes on. */
  readonly sound: Readonly<Record<string, MakeFrame>>;
  /** Frames that end a connection, or may: nothing behind them is certain to be looked at. */
  readonly last: Readonly<Record<string, MakeFrame>>;
}

export interface FuzzTarget {
  readonly dialect: FuzzDialect;
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
  const { random, topics, tally, dialect } = target;
  const { codec, sound, last } = dialect;
  const socket = await connectFrom(target);
  const parts: Buffer[] = [];
  for (let left = random.int(0, mostSound); left > 0; left--) {
    const kind = random.pick(Object.keys(sound));
    parts.push(sound[kind]!(random, topics));
    tally.count(kind);
  }
  const kind = random.pick(Object.keys(last));
  const malformed = last[kind]!(random, topics);
  tally.count(kind);
  const done = deferred();
  const splitter = new FrameSplitter(
    0x7fff_ffff,
    (payload) => {
      tally.answered++;
      if (codec.decodeResponse(payload).correlationId === SENTINEL) done.resolve();
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
  const sentinel = Buffer.concat(
    codec.encodeRequest(
      apis.ApiVersions,
      { apiVersion: 0, correlationId: SENTINEL, clientId: 'fuzz' },
      {},
    ),
  );
  const end = swallows ? [sentinel, malformed] : [malformed, sentinel];
  socket.write(Buffer.concat([...parts, ...end]));
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
