import { describeError } from '../../../client/runtime/error';
import type { SeededRandom } from '../../harness/seeded-random';
import type { Battlefield, Fault, Trouble } from './fault';

/** Lets an administrator do something; what comes of it is a line of the trace. */
function ask({ simulation }: Battlefield, what: string, work: Promise<unknown>): Trouble {
  const { trace } = simulation;
  work.then(
    () => trace.line(`admin: ${what} is done`),
    (error: unknown) => trace.line(`admin: ${what} failed: ${describeError(error)}`),
  );
  return { what, lastsMs: 0, heal: () => {} };
}

function shuffled<T>(random: SeededRandom, items: readonly T[]): T[] {
  const keyed = items.map((item) => ({ item, key: random.next() }));
  return keyed.sort((one, other) => one.key - other.key).map(({ item }) => item);
}

/** Topics that come and go beside the one that is looked at. */
const EXTRAS = ['extra-1', 'extra-2'];

/** Changes that administrators make while everything else goes wrong. */
export const adminFaults: readonly Fault[] = [
  {
    name: 'elect',
    weight: 3,
    begin: (field) => {
      const { random, topic, partitions, admin } = field;
      const partition = random.int(0, partitions - 1);
      const work = admin.electLeaders({
        type: 'preferred',
        partitions: [{ topic, partition }],
      });
      return ask(field, `elect the preferred leader of ${topic}-${partition}`, work);
    },
  },
  {
    // Onto two or three of the brokers, in any order: with three brokers this adds and removes one
    // again and again, and changes who is preferred.
    name: 'reassign',
    weight: 3,
    begin: (field) => {
      const { simulation, random, topic, partitions, admin } = field;
      const partition = random.int(0, partitions - 1);
      const ids = shuffled(
        random,
        simulation.brokers.map(({ id }) => id),
      );
      const replicas = ids.slice(0, random.int(2, ids.length));
      const work = admin.alterPartitionReassignments([{ topic, partition, replicas }]);
      return ask(field, `move ${topic}-${partition} to [${replicas.join()}]`, work);
    },
  },
  {
    name: 'cancel-reassignment',
    weight: 1,
    begin: (field) => {
      const { random, topic, partitions, admin } = field;
      const partition = random.int(0, partitions - 1);
      const work = admin.alterPartitionReassignments([{ topic, partition, replicas: null }]);
      return ask(field, `do not move ${topic}-${partition}`, work);
    },
  },
  {
    name: 'delete-records',
    weight: 1,
    begin: (field) => {
      const { random, topic, partitions, admin } = field;
      const partition = random.int(0, partitions - 1);
      const beforeOffset = field.deleting(partition);
      const work = admin.deleteRecords([{ topic, partition, beforeOffset }]);
      return ask(field, `delete what lies before ${beforeOffset} in ${topic}-${partition}`, work);
    },
  },
  {
    name: 'create-partitions',
    weight: 1,
    begin: (field) => {
      const { random, admin } = field;
      const topic = random.pick(EXTRAS);
      const count = random.int(2, 4);
      return ask(field, `extend ${topic} to ${count}`, admin.createPartitions([{ topic, count }]));
    },
  },
  {
    name: 'create-topic',
    weight: 1,
    begin: (field) => {
      const { random, admin } = field;
      const topic = random.pick(EXTRAS);
      const work = admin.createTopics([{ topic, numPartitions: 1 }]);
      return ask(field, `create ${topic}`, work);
    },
  },
  {
    name: 'delete-topic',
    weight: 1,
    begin: (field) => {
      const { random, admin } = field;
      const topic = random.pick(EXTRAS);
      return ask(field, `delete ${topic}`, admin.deleteTopics([topic]));
    },
  },
];
