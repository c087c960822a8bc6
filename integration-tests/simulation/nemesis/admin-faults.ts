import { describeError } from '../../../client/runtime/error';
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
