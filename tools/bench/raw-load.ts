import { connect, type Socket } from 'node:net';
import { FrameSplitter } from '../../client/protocol/frame-splitter';
import { deferred } from '../../client/runtime/deferred';

export interface RawLoad {
  readonly port: number;
  readonly requests: number;
  readonly inFlight: number;
  /** Parts of the n-th request frame. */
  readonly frame: (n: number) => readonly Buffer[];
  /** Looks at each response; its size counts as what was transferred. */
  readonly onResponse?: (payload: Buffer) => void;
}

/**
 * Sends ready-made frames over one connection, so many unanswered at a time, and counts answers: a
 * client that costs next to nothing.
 *
 * @returns seconds from the first request to the last answer
 */
export async function runRawLoad(load: RawLoad): Promise<number> {
  const socket = connect(load.port, '127.0.0.1').setNoDelay(true);
  await new Promise((connected) => socket.once('connect', connected));
  const over = deferred();
  let sent = 0;
  let answered = 0;
  const splitter = new FrameSplitter(
    1 << 28,
    (payload) => {
      load.onResponse?.(payload);
      if (++answered === load.requests) over.resolve();
      else if (sent < load.requests) send(socket, load.frame(sent++));
    },
    () => over.reject(new Error('The broker answered with a frame that is too large.')),
  );
  socket.on('data', (chunk) => splitter.push(chunk));
  socket.on('error', over.reject);
  socket.on('close', () => over.reject(new Error('The broker closed the connection.')));
  const start = performance.now();
  while (sent < Math.min(load.inFlight, load.requests)) send(socket, load.frame(sent++));
  await over.promise;
  const time = (performance.now() - start) / 1000;
  socket.removeAllListeners('close');
  socket.destroy();
  return time;
}

function send(socket: Socket, parts: readonly Buffer[]): void {
  if (parts.length > 1) socket.cork();
  for (const part of parts) socket.write(part);
  if (parts.length > 1) socket.uncork();
}
