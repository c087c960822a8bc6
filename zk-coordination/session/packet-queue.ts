import { jute, type ConnectionManager, type Packet, type WatchPaths } from './library';
import { splitSetWatches } from './set-watches';

/** The reason given to requests that never left this process. */
export class NeverSentError extends Error {
  constructor() {
    super('The connection ended before the request was sent.');
    this.name = 'NeverSentError';
  }
}

const INTERNAL = new Set([jute.OP_CODES.AUTH, jute.OP_CODES.SET_WATCHES, jute.OP_CODES.PING]);

function typeOf(packet: Packet): number {
  return packet.request.header?.type ?? 0;
}

/**
 * Puts what makes the session ours again in front of everything else: credentials, then watches.
 * To be called when connected, before the library sends.
 */
export function orderPackets(manager: ConnectionManager): void {
  const { queue } = manager.packetQueue;
  const ofType = (type: number): Packet[] => queue.filter((packet) => typeOf(packet) === type);
  const watches = ofType(jute.OP_CODES.SET_WATCHES).flatMap((packet) =>
    splitSetWatches(packet.request.payload as unknown as WatchPaths, manager.chrootPath),
  );
  manager.packetQueue.queue = [
    ...ofType(jute.OP_CODES.AUTH),
    ...watches.map((request) => ({ request, callback: () => undefined })),
    ...queue.filter((packet) => !INTERNAL.has(typeOf(packet))),
  ];
}

/**
 * Empties the queue of what was not sent: internal packets are made anew for the next connection,
 * requests are answered with {@link NeverSentError}.
 */
export function drainPackets(manager: ConnectionManager): void {
  const { queue } = manager.packetQueue;
  manager.packetQueue.queue = [];
  for (const packet of queue) {
    if (!INTERNAL.has(typeOf(packet))) packet.callback(new NeverSentError());
  }
}
