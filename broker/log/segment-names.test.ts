import { parsePartitionDirectory, renamedDirectoryName } from './partition-directory';
import { parseSegmentFile, segmentFileName } from './segment-names';

it('names segment files by twenty digits', () => {
  expect(segmentFileName(368769, '.log')).toBe('00000000000000368769.log');
  expect(parseSegmentFile('00000000000000368769.timeindex.deleted')).toEqual({
    name: '00000000000000368769.timeindex.deleted',
    baseOffset: 368769,
    suffix: '.timeindex',
    transient: '.deleted',
  });
  for (const name of ['leader-epoch-checkpoint', '12.log', '00000000000000368769.log.tmp']) {
    expect(parseSegmentFile(name)).toBeUndefined();
  }
});

it('tells what a directory is', () => {
  expect(parsePartitionDirectory('a-b.c-12')).toMatchObject({
    topicPartition: { topic: 'a-b.c', partition: 12 },
    kind: 'current',
  });
  const deleted = renamedDirectoryName({ topic: 'a-b', partition: 3 }, 'delete');
  expect(deleted).toMatch(/^a-b-3\.[0-9a-f]{32}-delete$/);
  expect(parsePartitionDirectory(deleted)).toMatchObject({
    topicPartition: { topic: 'a-b', partition: 3 },
    kind: 'delete',
  });
  expect(parsePartitionDirectory('lost+found')).toBeUndefined();
  expect(renamedDirectoryName({ topic: 'x'.repeat(249), partition: 0 }, 'stray').length).toBe(255);
});
