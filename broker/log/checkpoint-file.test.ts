import { MemoryFileSystem } from './testing/memory-file-system';
import {
  checkpointNames,
  formatCheckpoint,
  OffsetCheckpointFile,
  parseCheckpoint,
} from './checkpoint-file';
import { CleanShutdownFile } from './clean-shutdown-file';
import { LeaderEpochCheckpoint } from './leader-epoch-cache';
import { LogDirectoryError } from './log-error';
import {
  checkMetaProperties,
  readMetaProperties,
  storedBrokerId,
  writeMetaProperties,
} from './meta-properties';
import { readTopicId, writeTopicId } from './partition-metadata';

const files = new MemoryFileSystem();

describe('offset checkpoints', () => {
  it('have the format of Kafka', async () => {
    const file = new OffsetCheckpointFile(files, '/data', checkpointNames.recoveryPoint);
    expect(await file.read()).toEqual([]);
    const entries = [
      { topic: 'clicks', partition: 0, offset: 42 },
      { topic: 'a.b_c-d', partition: 12, offset: 2 ** 40 },
    ];
    await file.write(entries);
    expect(files.readFileSync('/data/recovery-point-offset-checkpoint')).toBe(
      '0\n2\nclicks 0 42\na.b_c-d 12 1099511627776\n',
    );
    expect(files.statSync('/data/recovery-point-offset-checkpoint.tmp')).toBeUndefined();
    expect(await file.read()).toEqual(entries);
  });

  it.each([
    ['1\n0\n', /version is 1/],
    ['0\n2\na 0 1\n', /announces 2 entries and holds 1/],
    ['0\nmany\n', /not a number/],
  ])('refuse %j', (text, message) => {
    expect(() => parseCheckpoint(text, 'f')).toThrow(message);
  });

  it('refuse malformed lines', async () => {
    files.writeFileSync('/data/bad', formatCheckpoint(['a zero 1']));
    await expect(new OffsetCheckpointFile(files, '/data', 'bad').read()).rejects.toThrow(
      LogDirectoryError,
    );
  });

  it('take an empty file for an empty checkpoint', () => {
    expect(parseCheckpoint('', 'f')).toEqual([]);
    expect(parseCheckpoint('0\n', 'f')).toEqual([]);
  });
});

it('the leader epoch checkpoint has the format of Kafka', async () => {
  const file = new LeaderEpochCheckpoint(files, '/data/t-0');
  expect(await file.read()).toEqual([]);
  await file.write([
    { epoch: 0, startOffset: 0 },
    { epoch: 5, startOffset: 31 },
  ]);
  expect(files.readFileSync('/data/t-0/leader-epoch-checkpoint')).toBe('0\n2\n0 0\n5 31\n');
  expect(await file.read()).toHaveLength(2);
});

it('the clean shutdown marker has the format of Kafka and is found once', async () => {
  const marker = new CleanShutdownFile(files, '/data');
  expect(await marker.take()).toBe(false);
  await marker.write(77);
  expect(files.readFileSync('/data/.kafka_cleanshutdown')).toBe('{"version":0,"brokerEpoch":77}');
  expect(await marker.take()).toBe(true);
  expect(await marker.take()).toBe(false);
});

it('partition.metadata has the format of Kafka', async () => {
  expect(await readTopicId(files, '/data/t-0')).toBeUndefined();
  await writeTopicId(files, '/data/t-0', 'AQIDBAUGBwgJCgsMDQ4PEA');
  expect(files.readFileSync('/data/t-0/partition.metadata')).toBe(
    'version: 0\ntopic_id: AQIDBAUGBwgJCgsMDQ4PEA',
  );
  expect(await readTopicId(files, '/data/t-0')).toBe('AQIDBAUGBwgJCgsMDQ4PEA');
  files.writeFileSync('/data/t-0/partition.metadata', 'nonsense');
  await expect(readTopicId(files, '/data/t-0')).rejects.toThrow(LogDirectoryError);
});

describe('meta.properties', () => {
  const expected = { brokerId: 1, clusterId: 'C1' };

  it('is written and read in the format of Kafka', async () => {
    await writeMetaProperties(files, '/m', expected);
    expect(files.readFileSync('/m/meta.properties')).toBe(
      '#\nversion=0\nbroker.id=1\ncluster.id=C1\n',
    );
    files.writeFileSync(
      '/m/meta.properties',
      '#\n#Sat Nov 21 01:00:00 UTC 2026\ncluster.id=C1\nversion=0\nbroker.id=1\n',
    );
    expect(await readMetaProperties(files, '/m')).toEqual(expected);
  });

  it('must fit the broker and the cluster', () => {
    expect(() => checkMetaProperties('/m', expected, expected)).not.toThrow();
    expect(() => checkMetaProperties('/m', { ...expected, brokerId: 2 }, expected)).toThrow(
      /belongs to broker 2, but broker.id is 1/,
    );
    expect(() => checkMetaProperties('/m', { ...expected, clusterId: 'C2' }, expected)).toThrow(
      /belongs to cluster C2/,
    );
  });

  it('of KRaft is refused', async () => {
    files.writeFileSync('/kraft/meta.properties', 'version=1\nnode.id=1\n');
    await expect(readMetaProperties(files, '/kraft')).rejects.toThrow(/version 1/);
  });

  it('tells the broker id that all directories agree on', async () => {
    expect(await storedBrokerId(files, ['/none'])).toBeUndefined();
    expect(await storedBrokerId(files, ['/none', '/m'])).toBe(1);
    await writeMetaProperties(files, '/other', { brokerId: 9, clusterId: 'C1' });
    await expect(storedBrokerId(files, ['/m', '/other'])).rejects.toThrow(/different brokers/);
  });
});
