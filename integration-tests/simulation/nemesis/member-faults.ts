import type { SimGroup } from '../groups/sim-group';
import type { SimMember } from '../groups/sim-member';
import type { Battlefield, Fault } from './fault';

interface Victim {
  readonly group: SimGroup;
  readonly member: SimMember;
}

function someMember({ groups, random }: Battlefield): Victim | undefined {
  const all = groups.flatMap((group) => group.awake.map((member) => ({ group, member })));
  return all.length === 0 ? undefined : random.pick(all);
}

/** Members that end in one way or another, and others in their place. */
export const memberFaults: readonly Fault[] = [
  {
    name: 'member-kill',
    weight: 4,
    begin: (field) => {
      const victim = someMember(field);
      victim?.member.kill();
      return (
        victim && {
          what: `kill ${victim.member.name}`,
          lastsMs: field.random.chance(0.3) ? 1 : field.random.int(1, 9000),
          heal: () => void victim.group.add(),
        }
      );
    },
  },
  {
    name: 'member-leave',
    weight: 3,
    begin: (field) => {
      const victim = someMember(field);
      void victim?.member.leave();
      return (
        victim && {
          what: `${victim.member.name} leaves`,
          lastsMs: field.random.int(1, 6000),
          heal: () => void victim.group.add(),
        }
      );
    },
  },
  {
    name: 'member-come',
    weight: 3,
    begin: ({ groups, random }) => {
      const added = random.pick(groups).add();
      return added && { what: `${added.name} comes besides`, lastsMs: 0, heal: () => {} };
    },
  },
  {
    // For longer than its session it becomes a zombie, which does not know that it is out.
    name: 'member-pause',
    weight: 4,
    begin: (field) => {
      const victim = someMember(field);
      victim?.member.pause();
      return (
        victim && {
          what: `stop ${victim.member.name}`,
          lastsMs: field.random.int(500, 14_000),
          heal: () => victim.member.resume(),
        }
      );
    },
  },
  {
    name: 'member-cut',
    weight: 3,
    begin: (field) => {
      const { simulation, random } = field;
      const victim = someMember(field);
      if (!victim) return undefined;
      const { name } = victim.member;
      const all = simulation.brokers.map((broker) => broker.name);
      const brokers = random.chance(0.5) ? all : [random.pick(all)];
      const ways = random.pick(['to', 'from', 'both'] as const);
      const links = brokers.flatMap((broker) => [
        ...(ways === 'from' ? [] : [simulation.network.link(name, broker)]),
        ...(ways === 'to' ? [] : [simulation.network.link(broker, name)]),
      ]);
      for (const link of links) link.block();
      return {
        what: `cut ${name} from ${brokers.join(' and ')}, ${ways}`,
        lastsMs: random.int(100, 12_000),
        heal: () => {
          for (const link of links) link.unblock();
        },
      };
    },
  },
  {
    name: 'member-rebalance',
    weight: 1,
    begin: (field) => {
      const victim = someMember(field);
      victim?.member.rebalance();
      return (
        victim && {
          what: `${victim.member.name} wants a rebalance`,
          lastsMs: 0,
          heal: () => {},
        }
      );
    },
  },
];
