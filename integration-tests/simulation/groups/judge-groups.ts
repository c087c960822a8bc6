import type { BeatFact, GroupFacts, Tenure } from './group-facts';
import { SESSION_MS } from './sim-member';
import type { StoredGeneration } from './stored-groups';

/** What the members of a group have told must not be. */
export function groupProblems(
  facts: GroupFacts,
  stored: readonly StoredGeneration[],
  acked: readonly (readonly number[])[],
): string[] {
  const problems = [
    ...sharedGenerations(facts),
    ...sharedOwnership(facts),
    ...staleCommits(facts, stored),
    ...wrongRemovals(facts),
    ...unread(facts, acked),
  ];
  return [...facts.problems, ...problems.map((what) => `${facts.group}: ${what}`)];
}

/** A partition has one owner in a generation; a static member takes the place of its former self. */
function sharedGenerations({ joins }: GroupFacts): string[] {
  const owners = new Map<string, string>();
  return joins.flatMap(({ place, generation, partitions }) =>
    partitions.flatMap((partition) => {
      const key = `partition ${partition} in generation ${generation}`;
      const other = owners.get(key) ?? place;
      owners.set(key, place);
      return other === place ? [] : [`${key} belongs to ${other} and to ${place}`];
    }),
  );
}

/**
 * A partition has one owner at a time. Who has not been heard of for longer than its session may
 * have been put out without knowing: only this excuses an owner of an earlier generation that still
 * believes in it.
 */
function sharedOwnership(facts: GroupFacts): string[] {
  const problems: string[] = [];
  for (const [index, one] of facts.tenures.entries()) {
    for (const other of facts.tenures.slice(0, index)) {
      if (one.member === other.member || one.partition !== other.partition) continue;
      const begin = Math.max(one.from, other.from);
      if (begin >= Math.min(one.until, other.until)) continue;
      const problem = overlap(facts, one, other, begin);
      if (problem !== undefined) problems.push(problem);
    }
  }
  return problems;
}

function overlap(facts: GroupFacts, one: Tenure, other: Tenure, begin: number): string | undefined {
  const [first, second] = [generationAt(facts, one, begin), generationAt(facts, other, begin)];
  const what =
    `partition ${one.partition} belongs to ${one.member} (generation ${first}) and to ` +
    `${other.member} (generation ${second}) from ${begin.toFixed(0)} ms on`;
  if (first === second) return what;
  const [stale, current] = first < second ? [one, other] : [other, one];
  const since = current.from - SESSION_MS;
  const heard = (beat: BeatFact) =>
    beat.member === stale.member &&
    beat.sent > since &&
    beat.generation <= Math.min(first, second) &&
    beat.sent < stale.until &&
    isProof(facts, beat);
  const beat = facts.beats.find(heard);
  return beat && `${what}, though ${stale.member} was heard of at ${beat.sent.toFixed(0)} ms`;
}

/** Whether who answered certainly coordinated the group, and knew it. */
function isProof({ unaware, slowLoads }: GroupFacts, { sent }: BeatFact): boolean {
  return [...unaware, ...slowLoads].every(({ from, until }) => sent < from || sent > until);
}

function generationAt({ joins }: GroupFacts, { member }: Tenure, time: number): number {
  const known = joins.findLast((one) => one.member === member && one.at <= time);
  return known?.generation ?? -1;
}

/** A commit of a generation that is over is refused. */
function staleCommits({ commits }: GroupFacts, stored: readonly StoredGeneration[]): string[] {
  return commits.flatMap(({ member, generation, sent, partition, offset }) => {
    const then = stored.findLast(({ at }) => at <= sent)?.generation ?? -1;
    return generation >= then
      ? []
      : [
          `${member} committed ${partition}@${offset} at ${sent.toFixed(0)} ms under generation ` +
            `${generation}, the group was in ${then}`,
        ];
  });
}

/** A member whose heartbeat was answered well is in the group for another session. */
function wrongRemovals(facts: GroupFacts): string[] {
  return facts.removals.flatMap(({ memberId, at }) => {
    const beat = facts.beats.find(
      (one) =>
        one.memberId === memberId &&
        one.answered <= at &&
        one.sent > at - SESSION_MS &&
        isProof(facts, one),
    );
    return beat
      ? [
          `${memberId} was put out at ${at.toFixed(0)} ms, though it was heard of at ` +
            `${beat.sent.toFixed(0)} ms`,
        ]
      : [];
  });
}

/** Every acknowledged record goes to some member. */
function unread({ handled }: GroupFacts, acked: readonly (readonly number[])[]): string[] {
  return acked.flatMap((offsets, partition) => {
    const missing = offsets.filter((offset) => !handled[partition]!.has(offset));
    return missing.length === 0
      ? []
      : [
          `${missing.length} acknowledged records went to no member, the first at ` +
            `${partition}@${Math.min(...missing)}`,
        ];
  });
}
