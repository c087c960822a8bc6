import { EXPIRY_UNNOTICED_MS, type Battlefield, type Fault, type Trouble } from './fault';

/** The session whose owner is in office, 0 for none. */
function controllerSession({ simulation }: Battlefield): bigint {
  return simulation.ensemble.tree.find('/controller')?.ephemeralOwner ?? 0n;
}

/** Events and what comes behind them are late for one session. */
function late({ simulation, random }: Battlefield, session: bigint, what: string): Trouble {
  const { faults } = simulation.ensemble;
  faults.pauseEvents(session);
  const heal = () => faults.resumeEvents(session);
  return { what, lastsMs: random.int(50, 5000), heal };
}

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
    begin: ({ simulation, random, groups }) => {
      const { name, sessionId } = random.pick(simulation.brokers);
      if (!simulation.ensemble.isAlive(sessionId)) return undefined;
      simulation.ensemble.faults.expire(sessionId);
      for (const { facts } of groups) facts.robbed(EXPIRY_UNNOTICED_MS);
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
    name: 'zookeeper-late',
    weight: 2,
    begin: (field) => {
      const { simulation, random } = field;
      const { name, sessionId } = random.pick(simulation.brokers);
      if (!simulation.ensemble.isAlive(sessionId)) return undefined;
      return late(field, sessionId, `${name} hears late from ZooKeeper`);
    },
  },
  {
    // What operators do to have another controller: its session lives on, and so does it until it
    // hears of it.
    name: 'controller-removed',
    weight: 2,
    begin: (field) => {
      const { simulation } = field;
      const session = controllerSession(field);
      if (!simulation.ensemble.isAlive(session)) return undefined;
      const trouble = late(field, session, 'remove the controller, who hears of it late');
      const operator = simulation.ensemble.sessions().open();
      void operator
        .connected()
        .then(() => operator.delete('/controller', -1))
        .catch(() => undefined)
        .then(() => operator.close());
      return trouble;
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
