import type { SimBroker } from '../cluster/sim-broker';
import { EXPIRY_UNNOTICED_MS, type Battlefield, type Fault } from './fault';

function someCoordinator({ simulation, random, groups }: Battlefield): SimBroker | undefined {
  if (groups.length === 0) return undefined;
  const id = simulation.groups.coordinator(random.pick(groups).id);
  return simulation.brokers.find((broker) => broker.id === id && broker.isUp && !broker.isPaused);
}

/** What happens to any broker, aimed at those that coordinate groups. */
export const coordinatorFaults: readonly Fault[] = [
  {
    name: 'coordinator-kill',
    weight: 3,
    begin: (field) => {
      const broker = someCoordinator(field);
      broker?.kill();
      return (
        broker && {
          what: `kill ${broker.name}, a coordinator`,
          lastsMs: field.random.chance(0.5)
            ? field.random.int(1, 500)
            : field.random.int(500, 9000),
          heal: () => broker.start(),
        }
      );
    },
  },
  {
    name: 'coordinator-pause',
    weight: 2,
    begin: (field) => {
      const broker = someCoordinator(field);
      broker?.pause();
      return (
        broker && {
          what: `pause ${broker.name}, a coordinator`,
          lastsMs: field.random.int(500, 12_000),
          heal: () => broker.resume(),
        }
      );
    },
  },
  {
    name: 'coordinator-expiry',
    weight: 2,
    begin: (field) => {
      const broker = someCoordinator(field);
      if (!broker || !field.simulation.ensemble.isAlive(broker.sessionId)) return undefined;
      field.simulation.ensemble.faults.expire(broker.sessionId);
      for (const { facts } of field.groups) facts.robbed(EXPIRY_UNNOTICED_MS);
      return {
        what: `expire the session of ${broker.name}, a coordinator`,
        lastsMs: 0,
        heal: () => {},
      };
    },
  },
  {
    name: 'coordinator-zookeeper-cut',
    weight: 2,
    begin: (field) => {
      const broker = someCoordinator(field);
      if (!broker) return undefined;
      const { faults } = field.simulation.ensemble;
      faults.isolate(broker.name, field.random.chance(0.7));
      return {
        what: `cut ${broker.name}, a coordinator, from ZooKeeper`,
        lastsMs: field.random.int(100, 12_000),
        heal: () => faults.rejoin(broker.name),
      };
    },
  },
  {
    // By hand: who had it hears nothing of it, and what it writes once another has it is refused.
    name: 'claim-removed',
    weight: 1,
    begin: ({ simulation, random, groups }) => {
      if (groups.length === 0) return undefined;
      const { id, facts } = random.pick(groups);
      if (simulation.groups.coordinator(id) === undefined) return undefined;
      // As long as nobody else is asked for the group.
      facts.robbed(Infinity);
      const operator = simulation.ensemble.sessions().open();
      void operator
        .connected()
        .then(() => operator.delete(`/consumers/${id}/coordinator`, -1))
        .catch(() => undefined)
        .then(() => operator.close());
      return { what: `remove the claim of ${id}`, lastsMs: 0, heal: () => {} };
    },
  },
];
