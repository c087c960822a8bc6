import { pack } from 'msgpackr';
import { allApis } from '../../client/protocol/apis';
import type { SeededRandom } from '../harness/seeded-random';
import type { FuzzDialect } from './fuzz-connection';
import { payloadOf, seedRequests } from './request-seeds';

/** A payload with the length that belongs to it. */
export function frame(payload: Buffer, announced = payload.length): Buffer {
  const whole = Buffer.allocUnsafe(4 + payload.length);
  whole.writeUInt32BE(announced >>> 0);
  payload.copy(whole, 4);
  return whole;
}

/** A valid request of any API in any of its versions. */
export function validPayload(random: SeededRandom, topic: string): Buffer {
  const request = random.pick(seedRequests(topic, random));
  const { min, max } = request.api.versions;
  return payloadOf(request, random.int(1, 1e6), random.int(min, max));
}

const wrongValues: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  NaN,
  'text',
  '',
  [],
  {},
  [[]],
  { a: 1 },
  Buffer.alloc(3),
  2 ** 53,
  -(2 ** 63),
];

/** Replaces some value in a tree of maps and arrays. */
function misfit(value: unknown, random: SeededRandom): unknown {
  if (
    Buffer.isBuffer(value) ||
    typeof value !== 'object' ||
    value === null ||
    random.chance(0.15)
  ) {
    return random.pick(wrongValues);
  }
  if (Array.isArray(value)) {
    const at = random.int(0, Math.max(0, value.length - 1));
    return value.map((item: unknown, index) => (index === at ? misfit(item, random) : item));
  }
  const copy: Record<string, unknown> = { ...(value as Record<string, unknown>) };
  const names = Object.keys(copy);
  if (names.length > 0) {
    const name = random.pick(names);
    copy[name] = misfit(copy[name], random);
  }
  return copy;
}

function nested(random: SeededRandom): Buffer {
  const depth = random.int(20, 20_000);
  const bytes = Buffer.alloc(depth, random.pick([0x91, 0x81, 0xdc]));
  return Buffer.concat([Buffer.from([0x95, 3, 1, 1, 0xc0]), bytes]);
}

/** A header that announces more elements, or bytes, than there are. */
function boastful(random: SeededRandom): Buffer {
  const type = random.pick([0xdd, 0xdf, 0xdb, 0xc6, 0xdc, 0xde, 0xda, 0xc5]);
  const count = Buffer.from([type, 0xff, 0xff, 0xff, random.int(0, 255)]);
  const header = Buffer.from([0x95, random.pick(allApis()).key, 1, 1, 0xc0]);
  return Buffer.concat([random.chance(0.5) ? header : Buffer.alloc(0), count, random.bytes(20)]);
}

/** By what is wrong with them. */
export const lastFrames: FuzzDialect['last'] = {
  'random bytes in a frame': (random) => frame(random.bytes(random.int(1, 200))),
  'random bytes': (random) => random.bytes(random.int(1, 200)),
  'flipped bits': (random, [topic = '']) => {
    const payload = Buffer.from(validPayload(random, topic));
    for (let left = random.int(1, 8); left > 0; left--) {
      payload[random.int(0, payload.length - 1)]! ^= 1 << random.int(0, 7);
    }
    return frame(payload);
  },
  'cut message': (random, [topic = '']) => {
    const payload = validPayload(random, topic);
    return frame(payload.subarray(0, random.int(1, payload.length - 1)));
  },
  'bytes behind the message': (random, [topic = '']) =>
    frame(Buffer.concat([validPayload(random, topic), random.bytes(random.int(1, 50))])),
  'wrong length': (random, [topic = '']) => {
    const payload = validPayload(random, topic);
    return frame(payload, Math.max(0, payload.length + random.int(-20, 20)));
  },
  'half a frame': (random, [topic = '']) => {
    const whole = frame(validPayload(random, topic));
    return whole.subarray(0, random.int(1, whole.length - 1));
  },
  'empty frame': () => Buffer.alloc(4),
  'huge length': (random, [topic = '']) =>
    frame(
      validPayload(random, topic),
      random.pick([0xffff_ffff, 0x7fff_ffff, 0x8000_0000, 100 * 1024 * 1024 + 1, 99 * 1024 * 1024]),
    ),
  'deep nesting': (random) => frame(nested(random)),
  'more announced than there is': (random) => frame(boastful(random)),
  'extension types': (random) =>
    frame(Buffer.concat([Buffer.from([0x95, 18, 3, 1, 0xc0, 0xd4]), random.bytes(2)])),
  'wrong types': (random, [topic = '']) => {
    const { api, body } = random.pick(seedRequests(topic, random));
    const request = [api.key, api.spoken.max, random.int(0, 1e6), 'fuzz', body];
    return frame(pack(misfit(request, random)));
  },
  'Kafka wire protocol': (random) =>
    frame(Buffer.concat([Buffer.from([0, random.int(0, 60), 0, 3]), random.bytes(30)])),
  'another protocol': (random) =>
    Buffer.from(
      random.pick(['GET / HTTP/1.1\r\n\r\n', '\u0016\u0003\u0001\u0002\u0000', 'EHLO x\r\n', '{}']),
    ),
};
