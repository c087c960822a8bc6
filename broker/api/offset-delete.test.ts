import { ErrorCode } from '../../client/protocol/error-codes';
import { silentLogger } from '../../client/runtime/logger';
import { GroupFixture } from '../coordinator/group/testing/group-fixture';
import { MetadataCache } from '../metadata/metadata-cache';
import { offsetDeleteHandler } from './offset-delete';
import { requestContext } from './testing/request-context';

let fixture: GroupFixture;
let groups: ReturnType<GroupFixture['broker']>;
beforeEach(() => {
  fixture = new GroupFixture();
  groups = fixture.broker(1);
});
afterEach(() => groups.close());

async function remove(groupId: string, topics: Record<string, number[]>) {
  const metadata = new MetadataCache();
  const replicas = { leader: 1, leaderEpoch: 0, replicas: [1], isr: [1], offlineReplicas: [] };
  const partitions = [{ partition: 0, partitionEpoch: 0, ...replicas }];
  metadata.update([{ name: 't', topicId: 'id', partitions }]);
  const request = {
    groupId,
    topics: Object.entries(topics).map(([name, indexes]) => ({
      name,
      partitions: indexes.map((partitionIndex) => ({ partitionIndex })),
    })),
  };
  const handle = offsetDeleteHandler({ groups, metadata, logger: silentLogger });
  const answer = await handle(request, requestContext({ apiVersion: 0 }));
  return {
    errorCode: answer?.errorCode,
    codes: answer?.topics?.map((topic) => topic.partitions.map(({ errorCode }) => errorCode)),
  };
}

test('offsets of partitions that are not there are refused, the others forgotten', async () => {
  const { NONE, UNKNOWN_TOPIC_OR_PARTITION } = ErrorCode;
  const committed = {
    ...{ offset: 5, leaderEpoch: -1, metadata: '', commitTimestamp: 0, expireTimestamp: null },
  };
  await groups.commit('g', {
    ...{ memberId: '', groupInstanceId: null, generation: -1 },
    changes: [
      { topic: 't', partition: 0, committed },
      { topic: 'u', partition: 0, committed },
    ],
  });
  expect(await remove('g', { u: [0], t: [1, 0] })).toEqual({
    errorCode: NONE,
    codes: [[UNKNOWN_TOPIC_OR_PARTITION], [UNKNOWN_TOPIC_OR_PARTITION, NONE]],
  });
  expect([...(await groups.offsets('g')).keys()]).toEqual(['u']);
});

test('a group that is not there is the error of the whole', async () => {
  expect((await remove('g', { t: [0] })).errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND);
});
