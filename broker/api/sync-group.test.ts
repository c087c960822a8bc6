import { ErrorCode } from '../../client/protocol/error-codes';
import { silentLogger } from '../../client/runtime/logger';
import {
  DELAY_MS,
  GroupFixture,
  joined,
  joinRequest,
  settled,
} from '../coordinator/group/testing/group-fixture';
import { syncGroupHandler } from './sync-group';
import { requestContext } from './testing/request-context';

test.each([
  [4, null, null, ErrorCode.NONE],
  [5, 'consumer', 'range', ErrorCode.NONE],
  [5, null, 'range', ErrorCode.INCONSISTENT_GROUP_PROTOCOL],
  [5, 'consumer', null, ErrorCode.INCONSISTENT_GROUP_PROTOCOL],
  [5, 'connect', 'range', ErrorCode.INCONSISTENT_GROUP_PROTOCOL],
  [5, 'consumer', 'sticky', ErrorCode.INCONSISTENT_GROUP_PROTOCOL],
])(
  'version %d of a member that says %s and %s: %d',
  async (apiVersion, protocolType, protocolName, expected) => {
    const fixture = new GroupFixture();
    const groups = fixture.broker(1);
    const joining = joined(groups.join('g', joinRequest()));
    await settled();
    await fixture.pass(DELAY_MS);
    const { memberId, generation: generationId } = await joining;
    const request = {
      ...{ groupId: 'g', memberId, generationId, groupInstanceId: null },
      ...{ protocolType, protocolName, assignments: [] },
    };
    const handle = syncGroupHandler({ groups, logger: silentLogger });
    expect(await handle(request, requestContext({ apiVersion }))).toMatchObject({
      errorCode: expected,
    });
    await groups.close();
  },
);
