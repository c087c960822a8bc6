import type { Battlefield, Fault, Trouble } from './fault';
import type { SimBroker } from '../cluster/sim-broker';

const HOUR_MS = 3_600_000;

function someBroker(
  { simulation, random }: Battlefield,
  fits: (broker: SimBroker) => boolean,
): SimBroker | undefined {
  const fitting = simulation.brokers.filter(fits);
  return fitting.length === 0 ? undefined : random.pick(fitting);
}

const isRunning = (broker: SimBroker) => broker.isUp && !broker.isPaused;

function againLater(broker: SimBroker, what: string, lastsMs: number): Trouble {
  return { what: `${what} ${broker.name}`, lastsMs, heal: () => broker.start() };
}

/** Everybody loses power at the same time. Only what was flushed is sure to be there again. */
export const losePower: Fault = {
  name: 'power-all',
  weight: 2,
  begin: ({ simulation, random }) => {
    const { brokers, world } = simulation;
    for (const broker of brokers) broker.cutPower(() => random.next());
    const heal = () => {
      for (const broker of brokers) world.after(random.int(0, 3000), () => broker.start());
    };
    return { what: 'cut the power of all brokers', lastsMs: random.int(500, 4000), heal };
  },
};

/** Processes that end, stop and go on, and clocks that jump. */
export const processFaults: readonly Fault[] = [
  {
    name: 'kill',
    weight: 4,
    begin: (field) => {
      const broker = someBroker(field, (one) => one.isUp);
      broker?.kill();
      // Sometimes at once: within the session timeout, so that the old session is still there.
      const lastsMs = field.random.chance(0.5)
        ? field.random.int(1, 500)
        : field.random.int(500, 9000);
      return broker && againLater(broker, 'kill', lastsMs);
    },
  },
  {
    name: 'kill-all',
    weight: 1,
    begin: ({ simulation, random }) => {
      const { brokers, world } = simulation;
      for (const broker of brokers) broker.kill();
      const heal = () => {
        for (const broker of brokers) world.after(random.int(0, 3000), () => broker.start());
      };
      return { what: 'kill all brokers', lastsMs: random.int(1, 4000), heal };
    },
  },
  {
    name: 'stop',
    weight: 2,
    begin: (field) => {
      const broker = someBroker(field, (one) => one.isServing && !one.isPaused);
      void broker?.stop();
      return broker && againLater(broker, 'stop', field.random.int(1, 4000));
    },
  },
  {
    name: 'power',
    weight: 2,
    losesData: true,
    begin: (field) => {
      const broker = someBroker(field, (one) => one.isUp);
      broker?.cutPower(() => field.random.next());
      return broker && againLater(broker, 'cut the power of', field.random.int(500, 9000));
    },
  },
  {
    name: 'pause',
    weight: 3,
    begin: (field) => {
      const broker = someBroker(field, isRunning);
      broker?.pause();
      return (
        broker && {
          what: `pause ${broker.name}`,
          lastsMs: field.random.int(100, 12_000),
          heal: () => broker.resume(),
        }
      );
    },
  },
  {
    name: 'clock',
    weight: 1,
    begin: (field) => {
      const broker = someBroker(field, isRunning);
      const jumpMs = field.random.int(-HOUR_MS, HOUR_MS);
      broker?.jumpWallClock(jumpMs);
      return broker && { what: `clock of ${broker.name} ${jumpMs} ms`, lastsMs: 0, heal: () => {} };
    },
  },
];
