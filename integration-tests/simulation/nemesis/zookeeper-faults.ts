import type { Fault } from './fault';

/** What can go wrong between the brokers and ZooKeeper. */
export const zookeeperFaults: readonly Fault[] = [
  {
    name: 'zookeeper-cut',
    weight: 3,
    begin: ({ simulation, random }) => {
      const { name } = random.pick(simulation.brokers);
      const { faults } = simulation.ensemble;
      faults.isolate(name, random.chance(0.7));
      return {
        what: `cut ${name} from ZooKeeper`,
        lastsMs: random.int(100, 14_000),
        heal: () => faults.rejoin(name),
      };
    },
  },
  {
    name: 'zookeeper-expiry',
    weight: 2,
    begin: ({ simulation, random }) => {
      const { name, sessionId } = random.pick(simulation.brokers);
      if (!simulation.ensemble.isAlive(sessionId)) return undefined;
      simulation.ensemble.faults.expire(sessionId);
      return { what: `expire the session of ${name}`, lastsMs: 0, heal: () => {} };
    },
  },
  {
    name: 'zookeeper-quorum',
    weight: 1,
    begin: ({ simulation, random }) => {
      const { faults } = simulation.ensemble;
      if (!faults.hasQuorum) return undefined;
      faults.loseQuorum();
      return {
        what: 'ZooKeeper loses its quorum',
        lastsMs: random.int(100, 15_000),
        heal: () => faults.regainQuorum(),
      };
    },
  },
  {
    name: 'zookeeper-reply',
    weight: 2,
    begin: ({ simulation, random }) => {
      const { faults } = simulation.ensemble;
      const writes = ['create', 'set', 'delete', 'multi'];
      const matches = ({ op }: { op: string }) => writes.includes(op);
      const lost = random.pick(['reply', 'request']);
      if (lost === 'reply') faults.dropNextReply(matches);
      else faults.dropNextRequest(matches);
      return { what: `lose the ${lost} of the next write`, lastsMs: 0, heal: () => {} };
    },
  },
];
