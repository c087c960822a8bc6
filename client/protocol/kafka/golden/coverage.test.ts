import { everyVersion } from '../../testing/any-message';
import { formatRange } from '../../version-range';
import { kafkaJsFile } from './kafkajs';
import { misreadByPlatformatic, miswrittenByPlatformatic, platformaticFile } from './platformatic';

/** Versions that nobody else's code here speaks, by API: our reading of Kafka's schemas stands alone. */
function alone(kind: 'request' | 'response'): Record<string, string> {
  const wrong = kind === 'request' ? miswrittenByPlatformatic : misreadByPlatformatic;
  const found: Record<string, number[]> = {};
  for (const [name, version, { audience }] of everyVersion()) {
    const compared =
      kafkaJsFile(name, version, kind) !== undefined ||
      (platformaticFile(name, version) !== undefined && !wrong.has(`${name} ${version}`));
    if (audience === 'client' && !compared) (found[name] ??= []).push(version);
  }
  return Object.fromEntries(
    Object.entries(found).map(([name, versions]) => [name, ranges(versions)]),
  );
}

function ranges(versions: readonly number[]): string {
  const found: { min: number; max: number }[] = [];
  for (const version of versions) {
    const last = found.at(-1);
    if (last?.max === version - 1) last.max = version;
    else found.push({ min: version, max: version });
  }
  return found.map(formatRange).join(', ');
}

/** Neither KafkaJS nor @platformatic/kafka has code for these. */
const neither = {
  OffsetCommit: '6-7',
  OffsetFetch: '0, 5-7',
  FindCoordinator: '3',
  Metadata: '7-8',
  ListOffsets: '4',
  DescribeGroups: '3-4',
  ListGroups: '3',
  CreateTopics: '4-6',
  DeleteTopics: '2-5',
  InitProducerId: '2',
  OffsetForLeaderEpoch: '2-3',
  DescribeLogDirs: '1',
  ElectLeaders: '0-2',
  IncrementalAlterConfigs: '0',
};

test('all others are compared with an independent implementation', () => {
  // @platformatic/kafka writes one of these otherwise than Kafka reads it, and reads two otherwise.
  expect(alone('request')).toEqual({ ...neither, Metadata: '7-8, 11' });
  expect(alone('response')).toEqual({
    ...neither,
    DescribeConfigs: '3',
    OffsetForLeaderEpoch: '2-4',
  });
});
