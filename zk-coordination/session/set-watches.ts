import { jute, type Jute, type WatchPaths } from './library';

/** Paths of one SET_WATCHES packet, in bytes; the server refuses packets above about 1 MiB. */
const CHUNK_BYTES = 128 * 1024;

const KINDS = ['dataWatches', 'existWatches', 'childWatches'] as const;

/** Cuts the list of watches to set again into packets the server accepts. */
export function splitSetWatches(
  watches: WatchPaths,
  chroot: string | undefined,
  chunkBytes = CHUNK_BYTES,
): Jute.Request[] {
  const requests: Jute.Request[] = [];
  const prefixBytes = chroot === undefined ? 0 : Buffer.byteLength(chroot);
  let bytes = Infinity;
  let current: WatchPaths | undefined;
  for (const kind of KINDS) {
    for (const path of watches[kind]) {
      const size = 4 + prefixBytes + Buffer.byteLength(path);
      if (current === undefined || bytes + size > chunkBytes) {
        const packet = emptySetWatches(watches.relativeZxid, chroot);
        requests.push(packet.request);
        current = packet.watches;
        bytes = 0;
      }
      current[kind].push(path);
      bytes += size;
    }
  }
  return requests;
}

function emptySetWatches(
  relativeZxid: Buffer,
  chroot: string | undefined,
): { request: Jute.Request; watches: WatchPaths } {
  const payload = new jute.protocol.SetWatches();
  payload.setChrootPath(chroot);
  payload.relativeZxid = relativeZxid;
  payload.dataWatches = [];
  payload.existWatches = [];
  payload.childWatches = [];
  const header = new jute.protocol.RequestHeader(0, jute.OP_CODES.SET_WATCHES);
  return { request: new jute.Request(header, payload), watches: payload };
}
