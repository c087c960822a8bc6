import { kafkaCodec } from '../../client/protocol/kafka/codec';
import type { SeededRandom } from '../harness/seeded-random';
import type { FuzzDialect, MakeFrame } from './fuzz-connection';
import {
  corruptKafkaProduce,
  validKafkaPayload,
  wildKafkaPayload,
  type KafkaPayload,
} from './kafka-payloads';
import { frame } from './malformed-frames';

type Damage = (payload: KafkaPayload, random: SeededRandom) => Buffer;

const unsignedVarints = [
  [0x00],
  [0x01],
  [0x7f],
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
  Array.from({ length: 30 }, () => 0xff),
].map((bytes) => Buffer.from(bytes));

const int32s = [-0x8000_0000, -2, -1, 0, 1, 1000, 0x00ff_ffff, 0x7fff_fffe, 0x7fff_ffff];
const int16s = [-0x8000, -2, -1, 0, 1, 0x7ffe, 0x7fff];

/** Writes over what stands somewhere in the body; what has no room there makes it longer. */
function overwrite({ bytes, body }: KafkaPayload, random: SeededRandom, wild: Buffer): Buffer {
  const at = random.int(Math.min(body, bytes.length), bytes.length);
  return Buffer.concat([bytes.subarray(0, at), wild, bytes.subarray(at + wild.length)]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function withInt16At(at: number, value: number, { bytes }: KafkaPayload): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeInt16BE(value, at);
  return copy;
}

/** A section of tagged fields: as it should be, or twice the same tag, or larger than there is room. */
function tags(random: SeededRandom): Buffer {
  const count = random.int(1, 5);
  const parts: Buffer[] = [Buffer.from([random.chance(0.8) ? count : 0x7f])];
  for (let left = count; left > 0; left--) {
    const value = random.bytes(random.int(0, 10));
    const size = random.chance(0.8) ? Buffer.from([value.length]) : random.pick(unsignedVarints);
    parts.push(Buffer.from([random.int(0, 6)]), size, value);
  }
  return Buffer.concat(parts);
}

/** What may be wrong with a request inside of a frame of the right length. */
const damages: Readonly<Record<string, Damage>> = {
  'flipped bits': ({ bytes }, random) => {
    const copy = Buffer.from(bytes);
    for (let left = random.int(1, 8); left > 0; left--) {
      copy[random.int(0, copy.length - 1)]! ^= 1 << random.int(0, 7);
    }
    return copy;
  },
  'flipped bits of the body': ({ bytes, body }, random) => {
    const copy = Buffer.from(bytes);
    if (body >= copy.length) return copy;
    for (let left = random.int(1, 4); left > 0; left--) {
      copy[random.int(body, copy.length - 1)]! ^= 1 << random.int(0, 7);
    }
    return copy;
  },
  'cut message': ({ bytes }, random) => bytes.subarray(0, random.int(1, bytes.length - 1)),
  'bytes behind the message': ({ bytes }, random) =>
    Buffer.concat([bytes, random.bytes(random.int(1, 50))]),
  'wild varint': (payload, random) => overwrite(payload, random, random.pick(unsignedVarints)),
  'wild length of 4 bytes': (payload, random) =>
    overwrite(payload, random, int32(random.pick(int32s))),
  'wild length of 2 bytes': (payload, random) =>
    overwrite(payload, random, int16(random.pick(int16s))),
  'missing bytes': ({ bytes }, random) => {
    const from = random.int(0, bytes.length - 1);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + random.int(1, 8))]);
  },
  'bytes twice': ({ bytes }, random) => {
    const from = random.int(0, bytes.length - 1);
    const to = Math.min(bytes.length, from + random.int(1, 40));
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  'header of another version': ({ bytes, flexible, body }) =>
    flexible
      ? Buffer.concat([bytes.subarray(0, body - 1), bytes.subarray(body)])
      : Buffer.concat([bytes.subarray(0, body), Buffer.alloc(1), bytes.subarray(body)]),
  'body of another version': (payload, random) =>
    withInt16At(2, random.chance(0.8) ? random.int(0, 12) : random.pick(int16s), payload),
  'body of another API': (payload, random) =>
    withInt16At(0, random.chance(0.9) ? random.int(0, 90) : random.pick([0x00ff, 0x0fff]), payload),
  'wild client id': (payload, random) => withInt16At(8, random.pick(int16s), payload),
  'client id that is no text': ({ bytes }, random) => {
    const copy = Buffer.from(bytes);
    random.bytes(4).copy(copy, 10);
    return copy;
  },
  'wild tags in the header': ({ bytes, flexible, body }, random) =>
    Buffer.concat([
      bytes.subarray(0, flexible ? body - 1 : body),
      tags(random),
      bytes.subarray(body),
    ]),
  'wild tags at the end': ({ bytes, flexible }, random) =>
    Buffer.concat([flexible ? bytes.subarray(0, -1) : bytes, tags(random)]),
};

const damaged =
  (damage: Damage): MakeFrame =>
  (random, topics) => {
    const topic = topics[0] ?? '';
    const payload = random.chance(0.8)
      ? validKafkaPayload(random, topic)
      : wildKafkaPayload(random, topics);
    return frame(damage(payload, random));
  };

/** Frames whose length is wrong, or which are no requests at all. */
const misframed: Readonly<Record<string, MakeFrame>> = {
  'random bytes in a frame': (random) => {
    const bytes = random.bytes(random.int(1, 200));
    // Otherwise it would not be taken for Kafka.
    bytes[0] = 0;
    return frame(bytes);
  },
  'wrong length': (random, [topic = '']) => {
    const { bytes } = validKafkaPayload(random, topic);
    return frame(bytes, Math.max(0, bytes.length + random.int(-20, 20)));
  },
  'half a frame': (random, [topic = '']) => {
    const whole = frame(validKafkaPayload(random, topic).bytes);
    return whole.subarray(0, random.int(1, whole.length - 1));
  },
  'empty frame': () => Buffer.alloc(4),
  'huge length': (random, [topic = '']) =>
    frame(
      validKafkaPayload(random, topic).bytes,
      random.pick([0xffff_ffff, 0x7fff_ffff, 0x8000_0000, 100 * 1024 * 1024 + 1, 99 * 1024 * 1024]),
    ),
};

/** The Kafka wire. */
export const kafkaDialect: FuzzDialect = {
  codec: kafkaCodec,
  sound: {
    'valid request': (random, [topic = '']) => frame(validKafkaPayload(random, topic).bytes),
    'wild values': (random, topics) => frame(wildKafkaPayload(random, topics).bytes),
    'corrupt batch': (random, topics) => frame(corruptKafkaProduce(random, topics).bytes),
  },
  last: {
    ...misframed,
    ...Object.fromEntries(Object.entries(damages).map(([kind, damage]) => [kind, damaged(damage)])),
  },
};
