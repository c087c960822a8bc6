import type { Drill, Stage } from '../drill';
import {
  controllerOf,
  hangBudget,
  isolate,
  othersThan,
  place,
  serverPlaces,
  untilInSync,
} from './moves';

const SESSION_MS = 4000;
const MINUTES = Number(process.env['DRILL_SOAK_MINUTES'] ?? 3);

type Fault = (stage: Stage) => Promise<void>;

/** Each does something and leaves everything running again. */
const faults: Readonly<Record<string, Fault>> = {
  async kill({ cluster, random, wait }) {
    const victim = random.pick(cluster.brokers);
    await victim.kill();
    await wait(random.int(0, 2 * SESSION_MS));
    await victim.start();
  },
  async killTwo({ cluster, random, wait }) {
    const spared = random.pick(cluster.brokers);
    const victims = cluster.brokers.filter(({ id }) => id !== spared.id);
    await Promise.all(victims.map((victim) => victim.kill()));
    await wait(random.int(0, 2 * SESSION_MS));
    await Promise.all(victims.map((victim) => victim.start()));
  },
  async killController(stage) {
    const controller = await controllerOf(stage);
    await controller.kill();
    await stage.wait(stage.random.int(0, 2 * SESSION_MS));
    await controller.start();
  },
  async pause({ cluster, random, wait }) {
    const victim = random.pick(cluster.brokers);
    await victim.pause();
    await wait(random.int(100, 3 * SESSION_MS));
    await victim.resume();
  },
  async restart({ cluster, random }) {
    const victim = random.pick(cluster.brokers);
    await victim.stop();
    await victim.start();
  },
  async cutFromZooKeeper(stage) {
    const { cluster, random, wait } = stage;
    await isolate(stage, place(random.pick(cluster.brokers)), serverPlaces(stage));
    await wait(random.int(100, 2 * SESSION_MS));
    await cluster.network.heal();
  },
  async cutFromBrokers(stage) {
    const { cluster, random, wait } = stage;
    const victim = random.pick(cluster.brokers);
    await isolate(stage, place(victim), othersThan(stage, victim).map(place));
    await wait(random.int(100, 2 * SESSION_MS));
    await cluster.network.heal();
  },
  async cutOneWay(stage) {
    const { cluster, random, wait } = stage;
    const victim = random.pick(cluster.brokers);
    const other = random.pick(othersThan(stage, victim));
    await cluster.network.cut(place(victim), place(other));
    await wait(random.int(100, 2 * SESSION_MS));
    await cluster.network.heal();
  },
  async killServer({ cluster, random, wait }) {
    const server = random.pick(cluster.servers);
    await server.kill();
    await wait(random.int(100, 5000));
    await server.start();
  },
  async pauseServer({ cluster, random, wait }) {
    const server = random.pick(cluster.servers);
    await server.pause();
    await wait(random.int(100, 2 * SESSION_MS));
    await server.resume();
  },
};

/** `DRILL_SOAK_MINUTES` says how long; 3 by default. */
export const soak: Drill = {
  id: 'D35',
  name: 'soak',
  title: `Whatever comes, for ${MINUTES} minutes.`,
  workload: { churn: true, loose: true },
  budget: { unavailabilityMs: 6 * hangBudget(SESSION_MS) },
  limitMs: (MINUTES + 10) * 60_000,
  async faults(stage) {
    const { random, tell, wait } = stage;
    const end = performance.now() + MINUTES * 60_000;
    while (performance.now() < end) {
      const [name, fault] = random.pick(Object.entries(faults));
      tell(name);
      await fault(stage);
      await wait(random.int(0, 3000));
      if (random.chance(0.3)) await untilInSync(stage);
    }
    await untilInSync(stage);
  },
};
