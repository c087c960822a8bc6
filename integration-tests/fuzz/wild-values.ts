import type { Api } from '../../client/protocol/api';
import type { FieldType, ScalarKind, Shape } from '../../client/protocol/schema';
import { includes } from '../../client/protocol/version-range';
import type { SeededRandom } from '../harness/seeded-random';

const limits: Partial<Record<ScalarKind, readonly [number, number]>> = {
  int8: [-0x80, 0x7f],
  int16: [-0x8000, 0x7fff],
  int32: [-0x8000_0000, 0x7fff_ffff],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint16: [0, 0xffff],
  uint32: [0, 0xffff_ffff],
};

const strings = ['', '.', '..', '/', '\u0000', 'ä'.repeat(300), '__consumer_offsets', 'a b', '{}'];

/** Strings that mean something to the broker, and what to take for a uuid. */
export interface WildWords {
  readonly known: readonly string[];
  readonly uuids: readonly string[];
}

/** Those that fit into 16 bytes, and others, which only msgpack can carry. */
export const wildUuids = {
  sound: ['AAAAAAAAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAAAQ', '_____________________w'],
  strange: ['AAAAAAAAAAAAAAAAAAAAAA', '', 'x', 'A'.repeat(1000)],
};

/** Waiting for long is no malformation, and would hold up everything behind it. */
const waits = new Set(['maxWaitMs', 'timeoutMs']);

/**
 * A body that fits the schema and makes no sense: numbers at the edges of their types, strange
 * names, empty and long lists.
 */
export function wildBody(
  api: Api,
  version: number,
  random: SeededRandom,
  words: WildWords,
): Record<string, unknown> {
  return wildStruct(api.request, version, random, words);
}

function wildStruct(
  shape: Shape,
  version: number,
  random: SeededRandom,
  words: WildWords,
): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(shape)) {
    if (!includes(field.versions, version)) continue;
    if (includes(field.nullable, version) && random.chance(0.1)) body[name] = null;
    else if (waits.has(name)) body[name] = random.int(-1, 1);
    else body[name] = wildValue(field.type, version, random, words);
  }
  return body;
}

function wildValue(
  type: FieldType,
  version: number,
  random: SeededRandom,
  words: WildWords,
): unknown {
  switch (type.kind) {
    case 'struct':
      return wildStruct(type.shape, version, random, words);
    case 'array': {
      const length = random.chance(0.02) ? 200 : random.int(0, 3);
      return Array.from({ length }, () => wildValue(type.element, version, random, words));
    }
    case 'bool':
      return random.chance(0.5);
    case 'float64':
      return random.pick([NaN, Infinity, -0, 0.1]);
    case 'string':
      return random.chance(0.7) ? random.pick(words.known) : random.pick(strings);
    case 'uuid':
      return random.pick(words.uuids);
    case 'bytes':
    case 'records':
      return random.bytes(random.int(0, 100));
    default: {
      const [min, max] = limits[type.kind]!;
      return random.pick([0, 0, 0, 1, 1, 2, min, max, Math.max(min, -1), Math.max(min, -2)]);
    }
  }
}
