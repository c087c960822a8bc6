import { kafkaCodec } from '../../client/protocol/kafka/codec';
import { msgpackCodec } from '../../client/protocol/msgpack/codec';
import type { WireCodec } from '../../client/protocol/wire-codec';

/** What the first byte of a connection's first frame says. */
export interface DetectedProtocol {
  readonly name: string;
  /** Undefined: not spoken here. */
  readonly codec: WireCodec | undefined;
}

interface Row extends DetectedProtocol {
  readonly from: number;
  readonly to: number;
}

/** A msgpack request is an array; a Kafka request begins with the high byte of its API key, 0. */
const rows: readonly Row[] = [
  { from: 0x90, to: 0xff, name: 'msgpack', codec: msgpackCodec },
  { from: 0x00, to: 0x00, name: 'kafka', codec: kafkaCodec },
  { from: 0x01, to: 0x8f, name: 'an unknown protocol', codec: undefined },
];

export function detectProtocol(firstByte: number): DetectedProtocol {
  return rows.find(({ from, to }) => firstByte >= from && firstByte <= to) as Row;
}

/** The beginning of something that is not a frame at all, read as the length of one. */
const strays: readonly (readonly [mask: number, value: number, what: string])[] = [
  [0xffff0000, 0x16030000, 'a TLS handshake; this listener is PLAINTEXT'],
  [0xffffffff, 0x47455420, 'an HTTP request'],
  [0xffffffff, 0x504f5354, 'an HTTP request'],
  [0xffffffff, 0x48454144, 'an HTTP request'],
  [0xffffffff, 0x50555420, 'an HTTP request'],
];

/** What a frame of this impossible length really is, where that can be told. */
export function recogniseStray(announcedBytes: number): string | undefined {
  return strays.find(([mask, value]) => (announcedBytes & mask) >>> 0 === value)?.[2];
}
