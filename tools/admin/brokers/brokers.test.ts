import { apis } from '../../../client/protocol/apis';
import type { Api } from '../../../client/protocol/api';
import { ProtocolError } from '../../../client/protocol/protocol-error';
import { formatApiVersions } from './format-api-versions';
import { formatLogDirs } from './format-log-dirs';

test('the JSON of kafka-log-dirs', () => {
  const replica = { topic: 't', partition: 0, size: 71, offsetLag: 0, isFuture: false };
  const dir = { path: '/d1', error: undefined, totalBytes: -1, usableBytes: -1, replicas: [] };
  const brokers = [
    {
      brokerId: 1,
      logDirs: [
        { ...dir, replicas: [replica, { ...replica, topic: 'u' }] },
        { ...dir, path: '/d2', error: new ProtocolError('KAFKA_STORAGE_ERROR') },
      ],
    },
  ];
  expect(formatLogDirs(brokers, new Set(['t']))).toBe(
    '{"version":1,"brokers":[{"broker":1,"logDirs":[' +
      '{"logDir":"/d1","error":null,"partitions":' +
      '[{"partition":"t-0","size":71,"offsetLag":0,"isFuture":false}]},' +
      '{"logDir":"/d2","error":"KAFKA_STORAGE_ERROR","partitions":[]}]}]}',
  );
  expect(formatLogDirs(brokers, new Set())).toContain('"partition":"u-0"');
  const compaction = { firstDirtyOffset: 3, dirtyRatio: 0.25, uncleanable: null };
  const compacted = [
    { brokerId: 1, logDirs: [{ ...dir, replicas: [{ ...replica, compaction }] }] },
  ];
  expect(formatLogDirs(compacted, new Set())).toContain(
    '"isFuture":false,"compaction":{"firstDirtyOffset":3,"dirtyRatio":0.25,"uncleanable":null}}',
  );
});

test('the API versions of a broker', () => {
  const broker = { nodeId: 1, host: 'localhost', port: 9092, rack: null };
  const known = [apis.Fetch, apis.Produce, apis.Metadata, apis.CreateTopics] as Api[];
  const versions = new Map([
    [0, { min: 0, max: apis.Produce.versions.max + 1 }],
    [1, { min: 99, max: 100 }],
    [19, { min: 0, max: 1 }],
    [777, { min: 3, max: 3 }],
  ]);
  const { max } = apis.Produce.versions;
  expect(formatApiVersions(broker, versions, known)).toBe(
    [
      'localhost:9092 (id: 1 rack: null) -> (',
      `\tProduce(0): 0 to ${max + 1} [usable: ${max}],`,
      '\tFetch(1): 99 to 100 [unusable: node too new],',
      '\tMetadata(3): UNSUPPORTED,',
      '\tCreateTopics(19): 0 to 1 [unusable: node too old],',
      '\tUNKNOWN(777): 3',
      ')',
    ].join('\n'),
  );
});
