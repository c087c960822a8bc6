import { pack } from 'msgpackr';
import type { Api } from '../../client/protocol/api';
import { allApis, apis } from '../../client/protocol/apis';
import type { SeededRandom } from '../harness/seeded-random';
import { corruptBatch } from './corrupt-batches';
import { frame } from './malformed-frames';
import { payloadOf } from './request-seeds';
import { wildBody } from './wild-values';

type Make = (random: SeededRandom, topics: readonly string[]) => Buffer;

/** These would take away the topics that batches are thrown at; they get one of their own. */
const changing = new Set<Api>([
  apis.CreateTopics,
  apis.DeleteTopics,
  apis.CreatePartitions,
  apis.AlterConfigs,
  apis.IncrementalAlterConfigs,
  apis.ElectLeaders,
  apis.AlterPartitionReassignments,
]);
/** Brokers believe each other: a wild word of a controller to come would be the last one heard. */
const asked = allApis().filter(({ audience }) => audience === 'client');
export const EXPENDABLE_TOPIC = 'expendable';

function produceFrame(random: SeededRandom, topics: readonly string[], records: Buffer): Buffer {
  const partitionData = [{ index: random.int(0, 1), records }];
  const topicData = [{ name: random.pick(topics), partitionData }];
  const body = { acks: random.pick([1, 1, -1, 0]), timeoutMs: 1000, topicData };
  return frame(payloadOf({ api: apis.Produce, body }, random.int(1, 1e6)));
}

/** Frames with a proper message that asks for something impossible: the connection goes on. */
export const soundFrames: Readonly<Record<string, Make>> = {
  'corrupt batch': (random, topics) => produceFrame(random, topics, corruptBatch(random)),
  'wild values': (random, topics) => {
    const api = random.pick(asked);
    const version = random.int(api.versions.min, api.versions.max);
    const known = changing.has(api) ? [EXPENDABLE_TOPIC, 'retention.ms', '1'] : topics;
    const body = wildBody(api, version, random, known);
    return frame(payloadOf({ api, body }, random.int(1, 1e6), version));
  },
  'unknown API or version': (random) => {
    const header = [random.int(0, 0x7fff), random.int(0, 0x7fff), random.int(0, 1e6), null];
    return frame(pack([...header, {}]));
  },
};
