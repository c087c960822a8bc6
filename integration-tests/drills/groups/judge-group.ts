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

function commitsGoingBack(members: readonly GroupMember[], partition: number): string[] {
  const commits = members
    .flatMap(({ name: member, events }) =>
      events
        .filter(({ name, success }) => name === 'offsets_committed' && success)
        .flatMap(({ timestamp, offsets = [] }) =>
          offsets
            .filter((one) => one.partition === partition)
            .map(({ offset }) => ({ member, timestamp, offset })),
        ),
    )
    .sort((one, other) => one.timestamp - other.timestamp);
  const problems: string[] = [];
  let highest = { member: 'nobody', offset: -1 };
  for (const commit of commits) {
    if (commit.offset < highest.offset && commit.member !== highest.member) {
      problems.push(
        `partition ${partition}: ${commit.member} committed ${commit.offset} after ${highest.member} had committed ${highest.offset}`,
      );
    }
    if (commit.offset >= highest.offset) highest = commit;
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
