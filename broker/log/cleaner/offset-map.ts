import * as crypto from 'node:crypto';

/** Bytes of a slot: 128 bits of the key's hash and an offset, as in Kafka's SkimpyOffsetMap. */
export const SLOT_BYTES = 24;

const WORDS = 4;

/** A map that may not fill at all would take no key. */
const MIN_LOAD = 0.01;

/** A 128-bit digest of a key, or more bits of which the first 128 count. */
export type Digest = (key: Uint8Array) => Buffer;

/**
 * Two keys of one hash would be taken for one key; so it must be one that nobody can make collide.
 * An object for each hash keeps the garbage collector busy; Node can do without since 20.12.
 */
const { createHash, hash }: Pick<typeof crypto, 'createHash'> & Partial<typeof crypto> = crypto;
const sha256: Digest = hash
  ? (key) => hash('sha256', key, 'buffer')
  : (key) => createHash('sha256').update(key).digest();

export interface OffsetMapLimits {
  /** `log.cleaner.dedupe.buffer.size`. */
  readonly memoryBytes: number;
  /** `log.cleaner.io.buffer.load.factor`: how full the map may become, 0 to 1. */
  readonly loadFactor: number;
}

/**
 * The latest offset of each key in the dirty part of a log: a hash table in two flat arrays that
 * knows keys only by 128 bits of their SHA-256 (Kafka takes MD5). It never grows; when it is full
 * the cleaner makes do with the part of the log that went in.
 */
export class OffsetMap {
  /** Keys that go in. */
  readonly capacity: number;
  private readonly slots: number;
  private readonly hashes: Uint32Array;
  /** Offset plus one; 0 is an empty slot. */
  private readonly offsets: Float64Array;
  private count = 0;

  /** @param maxKeys no more keys will ever be put in: memory for more is not taken */
  constructor(
    limits: OffsetMapLimits,
    maxKeys: number,
    private readonly digest: Digest = sha256,
  ) {
    const loadFactor = Math.max(limits.loadFactor, MIN_LOAD);
    const affordable = Math.max(2, Math.floor(limits.memoryBytes / SLOT_BYTES));
    const enough = primeFrom(Math.ceil(maxKeys / loadFactor) + 1);
    this.slots = enough <= affordable ? enough : primeUpTo(affordable);
    this.capacity = Math.max(1, Math.min(this.slots - 1, Math.floor(this.slots * loadFactor)));
    this.hashes = new Uint32Array(this.slots * WORDS);
    this.offsets = new Float64Array(this.slots);
  }

  get size(): number {
    return this.count;
  }

  /** @returns whether it is in; false when the key is new and the map is full */
  put(key: Uint8Array, offset: number): boolean {
    const hash = this.digest(key);
    const slot = this.find(hash);
    if (this.offsets[slot] === 0) {
      if (this.count >= this.capacity) return false;
      for (let word = 0; word < WORDS; word++) {
        this.hashes[slot * WORDS + word] = hash.readUInt32BE(word * 4);
      }
      this.count++;
    }
    this.offsets[slot] = offset + 1;
    return true;
  }

  /** The latest offset of a key, -1 when it is not in. */
  get(key: Uint8Array): number {
    return (this.offsets[this.find(this.digest(key))] ?? 0) - 1;
  }

  /** The slot of a hash, or the empty one where it would go: there always is one. */
  private find(hash: Buffer): number {
    const first = hash.readUInt32BE(0);
    // The number of slots is prime, so that every step visits all of them.
    const step = this.slots > 2 ? 1 + (hash.readUInt32BE(4) % (this.slots - 1)) : 1;
    let slot = first % this.slots;
    while (this.offsets[slot] !== 0 && !this.holds(slot, hash)) slot = (slot + step) % this.slots;
    return slot;
  }

  private holds(slot: number, hash: Buffer): boolean {
    for (let word = 0; word < WORDS; word++) {
      if (this.hashes[slot * WORDS + word] !== hash.readUInt32BE(word * 4)) return false;
    }
    return true;
  }
}

function primeFrom(limit: number): number {
  for (let n = Math.max(2, limit); ; n++) if (isPrime(n)) return n;
}

function primeUpTo(limit: number): number {
  for (let n = limit; n > 2; n--) if (isPrime(n)) return n;
  return 2;
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return true;
}
