/** First byte of the prototype's frames. A record batch follows. */
export const PROTOTYPE_PRODUCE = 1;
/** First byte of the prototype's frames. A position (float64) and a length (u32) follow. */
export const PROTOTYPE_FETCH = 2;

/** A frame that appends a batch, as parts. */
export function prototypeProduce(batch: Buffer): Buffer[] {
  const head = Buffer.allocUnsafe(5);
  head.writeUInt32BE(1 + batch.length, 0);
  head[4] = PROTOTYPE_PRODUCE;
  return [head, batch];
}

/** A frame that reads from a position of the file. */
export function prototypeFetch(position: number, maxBytes: number): Buffer[] {
  const frame = Buffer.allocUnsafe(17);
  frame.writeUInt32BE(13, 0);
  frame[4] = PROTOTYPE_FETCH;
  frame.writeDoubleBE(position, 5);
  frame.writeUInt32BE(maxBytes, 13);
  return [frame];
}

/** First byte of the frames of the replicated prototype's followers. A number and a position follow. */
export const PROTOTYPE_FOLLOW = 3;

/** A frame by which a follower says how far it has come and asks for more. */
export function prototypeFollow(follower: number, position: number): Buffer {
  const frame = Buffer.allocUnsafe(14);
  frame.writeUInt32BE(10, 0);
  frame[4] = PROTOTYPE_FOLLOW;
  frame[5] = follower;
  frame.writeDoubleBE(position, 6);
  return frame;
}
