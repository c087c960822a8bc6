import { QUICK, type Link } from '../network/link';
import type { Battlefield, Fault } from './fault';

/** All links between one broker and the machines chosen, towards it, away from it or both. */
function linksOf(
  { simulation }: Battlefield,
  name: string,
  chosen: (other: string) => boolean,
  ways: 'to' | 'from' | 'both',
): Link[] {
  const others = simulation.machines.filter((other) => other !== name && chosen(other));
  return others.flatMap((other) => [
    ...(ways === 'from' ? [] : [simulation.network.link(other, name)]),
    ...(ways === 'to' ? [] : [simulation.network.link(name, other)]),
  ]);
}

/** Packets that do not get through, or late, and connections that break. */
export const networkFaults: readonly Fault[] = [
  {
    name: 'partition',
    weight: 4,
    begin: (field) => {
      const { simulation, random } = field;
      const { name } = random.pick(simulation.brokers);
      const isBroker = (other: string) => other.startsWith('broker');
      const [whom, chosen] = random.pick([
        ['the brokers', isBroker] as const,
        ['the clients', (other: string) => !isBroker(other)] as const,
        ['everybody', () => true] as const,
      ]);
      const ways = random.pick(['to', 'from', 'both', 'both'] as const);
      const links = linksOf(field, name, chosen, ways);
      // ZooKeeper is on the other side, too, when it is everybody.
      const alone = whom === 'everybody' && random.chance(0.7);
      const { faults } = simulation.ensemble;
      for (const link of links) link.block();
      if (alone) faults.isolate(name, true);
      return {
        what: `partition ${name} and ${whom}${alone ? ' and ZooKeeper' : ''}, ${ways}`,
        lastsMs: random.int(100, 12_000),
        heal: () => {
          for (const link of links) link.unblock();
          if (alone) faults.rejoin(name);
        },
      };
    },
  },
  {
    name: 'pair',
    weight: 2,
    begin: ({ simulation, random }) => {
      const from = random.pick(simulation.brokers).name;
      const to = random.pick(simulation.brokers.filter(({ name }) => name !== from)).name;
      const link = simulation.network.link(from, to);
      link.block();
      return {
        what: `nothing from ${from} to ${to}`,
        lastsMs: random.int(100, 12_000),
        heal: () => link.unblock(),
      };
    },
  },
  {
    name: 'slow',
    weight: 2,
    begin: (field) => {
      const { simulation, random } = field;
      const { name } = random.pick(simulation.brokers);
      const max = random.int(20, 500);
      const links = linksOf(field, name, () => true, 'both');
      for (const link of links) link.delay = { min: 0, max };
      return {
        what: `${name} is slow, up to ${max} ms`,
        lastsMs: random.int(500, 8000),
        heal: () => {
          for (const link of links) link.delay = QUICK;
        },
      };
    },
  },
  {
    name: 'reset',
    weight: 3,
    begin: ({ simulation, random }) => {
      const { name } = random.pick(simulation.brokers);
      const all = simulation.network.connections.filter(
        ({ from, to }) => from === name || to === name,
      );
      const some = all.filter(() => random.chance(0.5));
      for (const connection of some) {
        if (random.chance(0.5)) connection.reset();
        else connection.cutAfter(random.int(0, 300), random.pick(['server', 'client']));
      }
      return { what: `break ${some.length} connections of ${name}`, lastsMs: 0, heal: () => {} };
    },
  },
];
