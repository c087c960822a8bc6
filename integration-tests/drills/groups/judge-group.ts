import type { GroupMember } from './group-member';

/** A time in which a member believed that a partition was its own. */
interface Ownership {
  readonly member: string;
  readonly from: number;
  readonly until: number;
}

/**
 * What members have told must not be: a partition with two owners at a time, commits that go back,
 * records that nobody was given.
 *
 * A member that stood still, or was cut off, does not know better; from then on, until it is given
 * partitions anew, it owns nothing, and what it believes does not count.
 *
 * @param acked offsets of acknowledged records, by partition
 */
export function groupProblems(
  members: readonly GroupMember[],
  acked: readonly (readonly number[])[],
): string[] {
  return [
    ...acked.flatMap((_, partition) => sharedOwnership(members, partition)),
    ...acked.flatMap((_, partition) => commitsGoingBack(members, partition)),
    ...acked.flatMap((offsets, partition) => unread(members, partition, offsets)),
  ];
}

function ownershipsOf(member: GroupMember, partition: number): Ownership[] {
  const owned: Ownership[] = [];
  let from: number | undefined;
  const end = (at: number): void => {
    if (from === undefined) return;
    const pause = member.pauses.find((one) => one.from > from! && one.from < at);
    owned.push({ member: member.name, from, until: pause?.from ?? at });
    from = undefined;
  };
  for (const { name, timestamp, partitions } of member.events) {
    const concerns = partitions?.some((one) => one.partition === partition);
    if (name === 'partitions_assigned' && concerns) {
      end(timestamp);
      from = timestamp;
    }
    if (name === 'partitions_revoked' && concerns) end(timestamp);
    if (name === 'shutdown_complete') end(timestamp);
  }
  end(member.killedAt);
  return owned;
}

function sharedOwnership(members: readonly GroupMember[], partition: number): string[] {
  const all = members
    .flatMap((member) => ownershipsOf(member, partition))
    .sort((one, other) => one.from - other.from);
  const problems: string[] = [];
  for (let i = 1; i < all.length; i++) {
    const [before, after] = [all[i - 1]!, all[i]!];
    if (before.member === after.member || after.from >= before.until) continue;
    problems.push(
      `partition ${partition} was given to ${after.member} ${before.until - after.from} ms before ${before.member} had let go of it`,
    );
  }
  return problems;
}

interface Commit {
  readonly member: string;
  readonly offset: number;
  /** It was sent no earlier: what the member had told before. */
  readonly sentAfter: number;
  /** When the member learnt that it had succeeded; one that stood still learns it late. */
  readonly knownAt: number;
}

function commitsOf({ name: member, events }: GroupMember, partition: number): Commit[] {
  return events.flatMap(({ name, timestamp, success, offsets = [] }, index) =>
    name !== 'offsets_committed' || !success
      ? []
      : offsets
          .filter((one) => one.partition === partition)
          .map(({ offset }) => ({
            member,
            offset,
            sentAfter: events[index - 1]?.timestamp ?? -Infinity,
            knownAt: timestamp,
          })),
  );
}

/** A commit that was sent when a higher one was known to have succeeded must have been refused. */
function commitsGoingBack(members: readonly GroupMember[], partition: number): string[] {
  const commits = members.flatMap((member) => commitsOf(member, partition));
  const known = [...commits].sort((one, other) => one.knownAt - other.knownAt);
  const sent = [...commits].sort((one, other) => one.sentAfter - other.sentAfter);
  const problems: string[] = [];
  let highest: Commit | undefined;
  let next = 0;
  for (const commit of sent) {
    for (; next < known.length && known[next]!.knownAt < commit.sentAfter; next++) {
      if (known[next]!.offset > (highest?.offset ?? -1)) highest = known[next];
    }
    if (!highest || commit.offset >= highest.offset || commit.member === highest.member) continue;
    problems.push(
      `partition ${partition}: ${commit.member} committed ${commit.offset} after ${highest.member} had committed ${highest.offset}`,
    );
  }
  return problems;
}

function unread(
  members: readonly GroupMember[],
  partition: number,
  acked: readonly number[],
): string[] {
  const read = new Set<number>();
  for (const { events } of members) {
    for (const { name, partitions = [] } of events) {
      if (name !== 'records_consumed') continue;
      for (const { partition: index, minOffset = 0, maxOffset = -1 } of partitions) {
        if (index !== partition) continue;
        for (let offset = minOffset; offset <= maxOffset; offset++) read.add(offset);
      }
    }
  }
  const missing = acked.filter((offset) => !read.has(offset));
  return missing.length === 0
    ? []
    : [
        `partition ${partition}: ${missing.length} acknowledged records went to no member, first ${missing[0]}`,
      ];
}
