import * as kafkajs from 'kafkajs';
import * as ours from '.';

/** Compiles when a value of the one type can stand where the other is wanted. */
function fits<Wanted>(_value: Wanted): void {}

/** Types have no values; nobody looks at this one. */
function a<T>(): T {
  return undefined as T;
}

describe("what programs get is what KafkaJS's types promise", () => {
  test('clients', () => {
    fits<kafkajs.Producer>(a<ours.Producer>());
    fits<kafkajs.Consumer>(a<ours.Consumer>());
    fits<kafkajs.Admin>(a<ours.Admin>());
    fits<kafkajs.Logger>(a<ours.Logger>());
    fits<kafkajs.Transaction>(a<ours.Transaction>());
  });

  test('what they hand out', () => {
    fits<kafkajs.EachMessagePayload>(a<ours.EachMessagePayload>());
    fits<kafkajs.EachBatchPayload>(a<ours.EachBatchPayload>());
    fits<kafkajs.ConsumerEachMessagePayload>(a<ours.ConsumerEachMessagePayload>());
    fits<kafkajs.ConsumerEachBatchPayload>(a<ours.ConsumerEachBatchPayload>());
    fits<kafkajs.KafkaMessage>(a<ours.KafkaMessage>());
    fits<kafkajs.Batch>(a<ours.Batch>());
    fits<kafkajs.RecordMetadata>(a<ours.RecordMetadata>());
    fits<kafkajs.GroupDescription>(a<ours.GroupDescription>());
    fits<kafkajs.DescribeConfigResponse>(a<ours.DescribeConfigResponse>());
    fits<kafkajs.ListPartitionReassignmentsResponse>(a<ours.ListPartitionReassignmentsResponse>());
    fits<kafkajs.PartitionerArgs>(a<ours.PartitionerArgs>());
    fits<kafkajs.PartitionMetadata>(a<ours.PartitionMetadata>());
    fits<kafkajs.ConsumerCrashEvent>(a<ours.ConsumerCrashEvent>());
    fits<kafkajs.ConsumerGroupJoinEvent>(a<ours.ConsumerGroupJoinEvent>());
    fits<kafkajs.LogEntry>(a<ours.LogEntry>());
  });

  test('values', () => {
    fits<typeof kafkajs.Partitioners>(ours.Partitioners);
    fits<typeof kafkajs.AssignerProtocol>(ours.AssignerProtocol);
    fits<typeof kafkajs.CompressionCodecs>(ours.CompressionCodecs);
    fits<kafkajs.CompressionTypes>(ours.CompressionTypes.GZIP);
    fits<kafkajs.ConfigResourceTypes>(ours.ConfigResourceTypes.TOPIC);
    fits<kafkajs.logLevel>(ours.logLevel.INFO);
  });

  test('errors', () => {
    fits<kafkajs.KafkaJSError>(a<ours.KafkaJSError>());
    fits<kafkajs.KafkaJSProtocolError>(a<ours.KafkaJSProtocolError>());
    fits<kafkajs.KafkaJSNumberOfRetriesExceeded>(a<ours.KafkaJSNumberOfRetriesExceeded>());
    fits<kafkajs.KafkaJSConnectionError>(a<ours.KafkaJSConnectionError>());
    fits<kafkajs.KafkaJSDeleteGroupsError>(a<ours.KafkaJSDeleteGroupsError>());
    fits<kafkajs.KafkaJSAggregateError>(a<ours.KafkaJSAggregateError>());
  });
});

describe("what programs made for KafkaJS's types give is taken", () => {
  test('configs', () => {
    fits<ours.KafkaConfig>(a<kafkajs.KafkaConfig>());
    fits<ours.ProducerConfig>(a<kafkajs.ProducerConfig>());
    fits<ours.AdminConfig>(a<kafkajs.AdminConfig>());
    fits<Omit<ours.ConsumerConfig, 'partitionAssigners'>>(a<kafkajs.ConsumerConfig>());
    fits<ours.ConsumerRunConfig>(a<kafkajs.ConsumerRunConfig>());
    fits<ours.ConsumerSubscribeTopics>(a<kafkajs.ConsumerSubscribeTopics>());
    fits<ours.ConsumerSubscribeTopic>(a<kafkajs.ConsumerSubscribeTopic>());
    fits<ours.logCreator>(a<kafkajs.logCreator>());
    fits<ours.ISocketFactory>(a<kafkajs.ISocketFactory>());
  });

  test('messages, offsets and topics', () => {
    fits<ours.ProducerRecord>(a<kafkajs.ProducerRecord>());
    fits<ours.ProducerBatch>(a<kafkajs.ProducerBatch>());
    fits<ours.Message>(a<kafkajs.Message>());
    fits<ours.ICustomPartitioner>(a<kafkajs.ICustomPartitioner>());
    fits<ours.TopicPartitionOffsetAndMetadata>(a<kafkajs.TopicPartitionOffsetAndMetadata>());
    fits<ours.Offsets>(a<kafkajs.Offsets>());
    fits<ours.SeekEntry>(a<kafkajs.SeekEntry>());
    fits<ours.ITopicConfig>(a<kafkajs.ITopicConfig>());
    fits<ours.Assigner>(a<kafkajs.Assigner>());
    fits<ours.IResourceConfig>(a<kafkajs.IResourceConfig>());
  });

  test('calls', () => {
    fits<Parameters<ours.Admin['createTopics']>>(a<Parameters<kafkajs.Admin['createTopics']>>());
    fits<Parameters<ours.Admin['setOffsets']>>(a<Parameters<kafkajs.Admin['setOffsets']>>());
    fits<Parameters<ours.Admin['alterConfigs']>>(a<Parameters<kafkajs.Admin['alterConfigs']>>());
    fits<Parameters<ours.Admin['createAcls']>>(a<Parameters<kafkajs.Admin['createAcls']>>());
  });
});

test('every name that KafkaJS exports is here', () => {
  const missing = Object.keys(kafkajs).filter((name) => !(name in ours) && name !== 'default');
  // These are thrown inside of KafkaJS only, and its types do not have them.
  expect(missing).toEqual([
    'KafkaJSInvalidVarIntError',
    'KafkaJSInvalidLongError',
    'KafkaJSFetcherRebalanceError',
  ]);
});

test.each([
  ['CompressionTypes', kafkajs.CompressionTypes, ours.CompressionTypes],
  ['ConfigResourceTypes', kafkajs.ConfigResourceTypes, ours.ConfigResourceTypes],
  ['ConfigSource', kafkajs.ConfigSource, ours.ConfigSource],
  ['AclResourceTypes', kafkajs.AclResourceTypes, ours.AclResourceTypes],
  ['AclOperationTypes', kafkajs.AclOperationTypes, ours.AclOperationTypes],
  ['AclPermissionTypes', kafkajs.AclPermissionTypes, ours.AclPermissionTypes],
  ['ResourcePatternTypes', kafkajs.ResourcePatternTypes, ours.ResourcePatternTypes],
  ['logLevel', kafkajs.logLevel, ours.logLevel],
])('%s has the same numbers', (_name, theirs, mine) => {
  expect(mine).toMatchObject(theirs);
});
