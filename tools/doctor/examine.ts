import { delay, type Clock } from '../../client/runtime/clock';
import { applies, type Check, type Found } from './check';
import type { Snapshot } from './snapshot';

export interface ExamineOptions {
  readonly checks: readonly Check[];
  /** Milliseconds that a disagreement has to last to be reported. */
  readonly settleMs: number;
  readonly clock: Clock;
  /** Which topics count; findings about none always do. */
  readonly isWanted: (topic: string) => boolean;
}

/** What an examination came to. */
export interface Diagnosis {
  /** As of the last look. */
  readonly snapshot: Snapshot;
  readonly findings: readonly Found[];
  /** Disagreements that were gone again: normal while a cluster changes. */
  readonly passed: readonly Found[];
  /** Checks that had something to look at. */
  readonly checked: number;
}

interface Suspicion {
  readonly found: Found;
  /** Monotonic ms when this disagreement was first seen, about the same subject. */
  readonly since: number;
  /** As `since`, with the values of now. */
  readonly unchangedSince: number;
}

/** Looks in a settling time, after the first. */
const LOOKS = 4;
/** How many times the settling time one that goes on changing is watched. */
const PATIENCE = 3;

/**
 * Looks at the cluster until each disagreement is either gone or has stood for the settling time.
 * A live cluster changes while one looks at one place after the other, so a single look proves
 * nothing. One whose values go on changing is reported when it has been there at every look for
 * three times as long.
 */
export async function examine(
  look: () => Promise<Snapshot>,
  { checks, settleMs, clock, isWanted }: ExamineOptions,
): Promise<Diagnosis> {
  let suspicions = new Map<string, Suspicion>();
  const passed = new Map<string, Found>();
  const begin = clock.monotonic();
  for (;;) {
    const snapshot = await look();
    const now = clock.monotonic();
    const seen = new Map<string, Suspicion>();
    for (const found of findAll(checks, snapshot)) {
      if (found.topic !== undefined && !isWanted(found.topic)) continue;
      const key = `${found.check.code} ${found.subject}`;
      const before = suspicions.get(key);
      const isSame = before !== undefined && valuesOf(before.found) === valuesOf(found);
      seen.set(key, {
        found,
        since: before?.since ?? now,
        unchangedSince: isSame ? before.unchangedSince : now,
      });
    }
    for (const [key, { found }] of suspicions) if (!seen.has(key)) passed.set(key, found);
    suspicions = seen;
    const all = [...suspicions.values()];
    const stands = ({ since, unchangedSince }: Suspicion): boolean =>
      now - unchangedSince >= settleMs || now - since >= PATIENCE * settleMs;
    const isOver = now - begin >= 2 * PATIENCE * settleMs;
    if (isOver || all.every(stands)) {
      for (const [key, one] of suspicions) {
        if (stands(one)) passed.delete(key);
        else passed.set(key, one.found);
      }
      return {
        snapshot,
        findings: all.filter(stands).map(({ found }) => found),
        passed: [...passed.values()],
        checked: checks.filter((check) => applies(check, snapshot)).length,
      };
    }
    await delay(settleMs / LOOKS, clock);
  }
}

function* findAll(checks: readonly Check[], snapshot: Snapshot): Generator<Found> {
  for (const check of checks) {
    if (!applies(check, snapshot)) continue;
    for (const finding of check.find(snapshot)) yield { ...finding, check };
  }
}

function valuesOf({ says }: Found): string {
  return JSON.stringify(says);
}
