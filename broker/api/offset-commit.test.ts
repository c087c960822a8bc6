import { OffsetCommit } from '../../client/protocol/messages/offset-commit';
import { defaultsOf } from '../../client/protocol/schema';
import { silentLogger } from '../../client/runtime/logger';
import { GroupFixture } from '../coordinator/group/testing/group-fixture';
import { offsetCommitHandler } from './offset-commit';
import { requestContext } from './testing/request-context';

const MAX = Number.MAX_SAFE_INTEGER;

test.each([
  ['none', -1, null],
  ['an hour', 3_600_000, 3_600_000],
  ['for ever', MAX, MAX],
])('an offset with a retention of its own, %s, can be stored', async (_, retentionTimeMs, kept) => {
  const fixture = new GroupFixture();
  const groups = fixture.broker(1);
  const handle = offsetCommitHandler({
    groups,
    logger: silentLogger,
    clock: fixture.clock,
    maxMetadataBytes: () => 100,
    metadata: { topic: () => ({ partitions: [{}] }) as never },
  });
  const partitions = [{ partitionIndex: 0, committedOffset: 5, committedMetadata: '' }];
  const topics = [{ name: 't', partitions: partitions.map(withDefaults) }];
  const request = { ...defaultsOf(OffsetCommit.request), groupId: 'g', retentionTimeMs, topics };
  const answer = await handle(request as never, requestContext({ apiVersion: 2 }));
  expect(answer).toMatchObject({ topics: [{ partitions: [{ errorCode: 0 }] }] });
  const committed = (await groups.offsets('g')).get('t')?.get(0);
  const now = fixture.clock.now();
  expect(committed?.expireTimestamp).toBe(kept === null ? null : Math.min(now + kept, MAX));
  await groups.close();
});

function withDefaults(partition: object): object {
  return { committedLeaderEpoch: -1, commitTimestamp: -1, ...partition };
}
