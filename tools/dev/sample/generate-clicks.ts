import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** One line of the sample; `ms` is how long the page took to load. */
export interface Click {
  readonly timestamp: string;
  readonly user: string;
  readonly page: string;
  readonly referrer: string;
  readonly ms: number;
}

export const SAMPLE_LINES = 20_000;
const SEED = 20_110_111;
const START = Date.UTC(2024, 0, 15, 6);
const USERS = 800;
/** After this long without a click a user comes back as a new visit. */
const VISIT_MS = 30 * 60_000;

const OUTSIDE = ['https://search.example/', 'https://news.example/kafka', 'direct'];
/** Where one can go from where: a small shop. */
const LINKS: Record<string, readonly string[]> = {
  '/': ['/search', '/products/1', '/products/7', '/offers', '/login'],
  '/search': ['/products/1', '/products/2', '/products/3', '/products/5', '/search'],
  '/offers': ['/products/2', '/products/7', '/'],
  '/login': ['/account', '/'],
  '/account': ['/orders', '/'],
  '/orders': ['/', '/account'],
  '/cart': ['/checkout', '/', '/products/2'],
  '/checkout': ['/thanks', '/cart'],
  '/thanks': ['/', '/orders'],
};
const FROM_PRODUCT = ['/cart', '/search', '/', '/products/3', '/products/9'];

/**
 * A click-stream of a shop, in order of time: few users click a lot, many a little; a user follows
 * links from page to page. The same seed gives the same clicks on every machine.
 */
export function* generateClicks(count: number, seed = SEED): Generator<Click> {
  const random = mulberry32(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)];
  const visits = new Map<number, { page: string; at: number }>();
  let at = START;
  for (let i = 0; i < count; i++) {
    at += Math.ceil(-Math.log(1 - random()) * 400);
    const user = Math.floor(USERS * random() ** 2.5);
    const visit = visits.get(user);
    const goesOn = visit !== undefined && at - visit.at < VISIT_MS;
    const page = goesOn ? pick(LINKS[visit.page] ?? FROM_PRODUCT) : '/';
    visits.set(user, { page, at });
    yield {
      timestamp: new Date(at).toISOString(),
      user: `user-${String(user).padStart(4, '0')}`,
      page,
      referrer: goesOn ? visit.page : pick(OUTSIDE),
      ms: Math.round(20 + 400 * random() ** 4),
    };
  }
}

/** Writes clicks as one JSON object per line. The file is there whole or not at all. */
export function writeClicks(file: string, count: number, seed = SEED): void {
  mkdirSync(dirname(file), { recursive: true });
  const partial = `${file}.partial`;
  const out = openSync(partial, 'w');
  try {
    let text = '';
    for (const click of generateClicks(count, seed)) text += JSON.stringify(click) + '\n';
    writeSync(out, text);
  } finally {
    closeSync(out);
  }
  renameSync(partial, file);
}

/** Mulberry32 (Tommy Ettinger, public domain): small, and the same everywhere. Values in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
