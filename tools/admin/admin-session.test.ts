import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeBroker } from '../../client/network/testing/fake-broker';
import { ranCommand } from '../cli/testing';
import { definition } from '../kafka-get-offsets';

let broker: FakeBroker;
let directory: string;
beforeEach(async () => {
  broker = await FakeBroker.start(1);
  directory = mkdtempSync(join(tmpdir(), 'kafka-classic-admin-'));
});
afterEach(async () => {
  rmSync(directory, { recursive: true });
  await broker.stop();
});

test('a tool that waits says what for', async () => {
  broker.cluster.addTopic('clicks', 1);
  broker.cluster.topics.get('clicks')!.partitions[0]!.leader = -1;
  const config = join(directory, 'client.properties');
  writeFileSync(config, 'default.api.timeout.ms=5000\nrequest.timeout.ms=1000\n');
  const { stdout, stderr } = await ranCommand(definition, [
    ...['--bootstrap-server', broker.address, '--command-config', config, '--topic', 'clicks'],
  ]);
  expect(stdout).toBe('');
  expect(stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(
      /^WARN Listing offsets has not succeeded in \d s .*clicks-0 has no leader/,
    ),
    expect.stringMatching(
      /^Skip getting offsets for topic-partition clicks-0 due to error: LEADER_/,
    ),
  ]);
}, 20_000);
