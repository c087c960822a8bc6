import type { Api, RequestInput } from '../../client/protocol/api';
import { apis } from '../../client/protocol/apis';
import { msgpackCodec } from '../../client/protocol/msgpack/codec';
import { RecordBatchBuilder, type CompressionType } from '../../client/records';
import type { SeededRandom } from '../harness/seeded-random';

/** A valid request, from which malformed ones are made. */
export interface SeedRequest {
  readonly api: Api;
  readonly body: object;
}

function seed<A extends Api>(api: A, body: RequestInput<A>): SeedRequest {
  return { api, body };
}

/** A batch of a few records, valid. */
export function validBatch(random: SeededRandom, compression: CompressionType = 'none'): Buffer {
  const builder = new RecordBatchBuilder({ compression });
  for (let left = random.int(1, 5); left > 0; left--) {
    const value = 'fuzz '.repeat(random.int(1, 30));
    builder.tryAppend(Date.now(), random.chance(0.3) ? null : `key ${left}`, value);
  }
  return Buffer.from(builder.build());
}

/** A request of every API for clients about a topic, which nobody relies on: it may be changed or deleted. */
export function seedRequests(topic: string, random: SeededRandom): SeedRequest[] {
  const name = topic;
  const resource = { resourceType: 2, resourceName: topic };
  const fetched = { partition: 0, fetchOffset: 0, partitionMaxBytes: 2000 };
  const records = validBatch(random);
  return [
    seed(apis.Produce, {
      acks: 1,
      timeoutMs: 1000,
      topicData: [{ name, partitionData: [{ index: 0, records }] }],
    }),
    seed(apis.Fetch, {
      maxWaitMs: 20,
      minBytes: 1,
      maxBytes: 4000,
      topics: [{ topic, partitions: [fetched, { ...fetched, partition: 1 }] }],
    }),
    seed(apis.ListOffsets, {
      isolationLevel: 0,
      topics: [{ name, partitions: [{ partitionIndex: 0, timestamp: 1000 }] }],
    }),
    seed(apis.Metadata, { topics: [{ name }], allowAutoTopicCreation: false }),
    seed(apis.ApiVersions, { clientSoftwareName: 'fuzz', clientSoftwareVersion: '1' }),
    seed(apis.CreateTopics, {
      topics: [{ name: 'never', numPartitions: 1, replicationFactor: 1 }],
      validateOnly: true,
    }),
    seed(apis.DeleteTopics, { topics: [{ name: 'never' }], topicNames: ['never'], timeoutMs: 10 }),
    seed(apis.DeleteRecords, {
      topics: [{ name, partitions: [{ partitionIndex: 0, offset: 0 }] }],
      timeoutMs: 10,
    }),
    seed(apis.DescribeConfigs, { resources: [{ ...resource, configurationKeys: null }] }),
    seed(apis.DescribeLogDirs, { topics: null }),
    seed(apis.CreatePartitions, {
      topics: [{ name, count: 1, assignments: null }],
      timeoutMs: 10,
      validateOnly: true,
    }),
    seed(apis.IncrementalAlterConfigs, {
      resources: [
        { ...resource, configs: [{ name: 'retention.ms', configOperation: 0, value: '-2' }] },
      ],
      validateOnly: true,
    }),
    seed(apis.DescribeCluster, {}),
    seed(apis.InitProducerId, { transactionalId: null, transactionTimeoutMs: 1000 }),
    seed(apis.OffsetForLeaderEpoch, {
      topics: [{ topic, partitions: [{ partition: 0, leaderEpoch: 0 }] }],
    }),
    seed(apis.ElectLeaders, { topicPartitions: [{ topic, partitions: [0] }], timeoutMs: 10 }),
    seed(apis.AlterPartitionReassignments, {
      topics: [{ name, partitions: [{ partitionIndex: 0, replicas: null }] }],
      timeoutMs: 10,
    }),
    seed(apis.ListPartitionReassignments, { topics: null, timeoutMs: 10 }),
  ];
}

/** The payload of a request, without its length. */
export function payloadOf(
  { api, body }: SeedRequest,
  correlationId: number,
  version = api.spoken.max,
): Buffer {
  const header = { apiVersion: version, correlationId, clientId: 'fuzz' };
  return Buffer.concat(msgpackCodec.encodeRequest(api, header, body)).subarray(4);
}
