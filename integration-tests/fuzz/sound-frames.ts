import { pack } from 'msgpackr';
import type { Api } from '../../client/protocol/api';
import { allApis, apis } from '../../client/protocol/apis';
import type { SeededRandom } from '../harness/seeded-random';
import { corruptBatch } from './corrupt-batches';
import type { FuzzDialect } from './fuzz-connection';
import { frame } from './malformed-frames';
import { payloadOf, type SeedRequest } from './request-seeds';
import { wildBody, wildUuids } from './wild-values';

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

/** A request of any API for clients in any version, whose values make no sense. */
export function wildRequest(
  random: SeededRandom,
  topics: readonly string[],
  uuids: readonly string[],
): SeedRequest & { readonly version: number } {
  const api = random.pick(asked);
  const version = random.int(api.versions.min, api.versions.max);
  const known = changing.has(api) ? [EXPENDABLE_TOPIC, 'retention.ms', '1'] : topics;
  return { api, version, body: wildBody(api, version, random, { known, uuids }) };
}

function produceFrame(random: SeededRandom, topics: readonly string[], records: Buffer): Buffer {
  const partitionData = [{ index: random.int(0, 1), records }];
  const topicData = [{ name: random.pick(topics), partitionData }];
  const body = { acks: random.pick([1, 1, -1, 0]), timeoutMs: 1000, topicData };
  return frame(payloadOf({ api: apis.Produce, body }, random.int(1, 1e6)));
}

export const soundFrames: FuzzDialect['sound'] = {
  'corrupt batch': (random, topics) => produceFrame(random, topics, corruptBatch(random)),
  'wild values': (random, topics) => {
    const { api, version, body } = wildRequest(random, topics, wildUuids.strange);
    return frame(payloadOf({ api, body }, random.int(1, 1e6), version));
  },
  'unknown API or version': (random) => {
    const header = [random.int(0, 0x7fff), random.int(0, 0x7fff), random.int(0, 1e6), null];
    return frame(pack([...header, {}]));
  },
};
