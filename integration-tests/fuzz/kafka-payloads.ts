import { isFlexible } from '../../client/protocol/api';
import { apis } from '../../client/protocol/apis';
import { kafkaCodec } from '../../client/protocol/kafka/codec';
import type { SeededRandom } from '../harness/seeded-random';
import { corruptBatch } from './corrupt-batches';
import { groupRequests } from './group-seeds';
import { seedRequests, type SeedRequest } from './request-seeds';
import { wildRequest } from './sound-frames';
import { wildUuids } from './wild-values';

/** A request on the Kafka wire, and where its parts begin. */
export interface KafkaPayload {
  /** Without its length. */
  readonly bytes: Buffer;
  readonly flexible: boolean;
  /** Behind the header. */
  readonly body: number;
}

const CLIENT_ID = 'fuzz';
/** API key, version, correlation id, client id. */
const HEADER = 2 + 2 + 4 + 2 + CLIENT_ID.length;

function encode({ api, body }: SeedRequest, version: number, random: SeededRandom): KafkaPayload {
  const header = { apiVersion: version, correlationId: random.int(1, 1e6), clientId: CLIENT_ID };
  const bytes = Buffer.concat(kafkaCodec.encodeRequest(api, header, body)).subarray(4);
  const flexible = isFlexible(api, version);
  return { bytes, flexible, body: HEADER + Number(flexible) };
}

/** A valid request of any API in any of its versions. */
export function validKafkaPayload(random: SeededRandom, topic: string): KafkaPayload {
  const requests = [...seedRequests(topic, random), ...groupRequests(topic, random)];
  const request = random.pick(requests);
  const { min, max } = request.api.versions;
  return encode(request, random.int(min, max), random);
}

/** One that fits the schema and makes no sense. */
export function wildKafkaPayload(random: SeededRandom, topics: readonly string[]): KafkaPayload {
  const { version, ...request } = wildRequest(random, topics, wildUuids.sound);
  return encode(request, version, random);
}

/** A batch that is wrong somewhere, in a request that is not. */
export function corruptKafkaProduce(random: SeededRandom, topics: readonly string[]): KafkaPayload {
  const partitionData = [{ index: random.int(0, 1), records: corruptBatch(random) }];
  const topicData = [{ name: random.pick(topics), partitionData }];
  const body = { acks: random.pick([1, 1, -1]), timeoutMs: 1000, topicData };
  const { min, max } = apis.Produce.versions;
  return encode({ api: apis.Produce, body }, random.int(min, max), random);
}
