import { ProtocolError } from '../../client/protocol/protocol-error';
import { electionFailure } from './election-failure';

const preferred = new ProtocolError('PREFERRED_LEADER_NOT_AVAILABLE');
const eligible = new ProtocolError('ELIGIBLE_LEADERS_NOT_AVAILABLE');

test.each<[ProtocolError, number[], number[], RegExp]>([
  [
    preferred,
    [3, 1],
    [1, 2],
    /^PREFERRED_LEADER_NOT_AVAILABLE: .*broker 3, is not running\. Start/,
  ],
  [preferred, [3, 1], [1, 3], /broker 3, is not in sync\. Elect again when it has caught up/],
  [eligible, [3, 1], [2], /Start one of brokers 3,1, then elect again\.$/],
  [eligible, [3], [2], /Start broker 3, then elect again\.$/],
  [eligible, [3], [3], /^ELIGIBLE_LEADERS_NOT_AVAILABLE: /],
  // Without metadata of the partition there is nothing to name.
  [preferred, [], [1], /^PREFERRED_LEADER_NOT_AVAILABLE: .*Start the broker that comes first/],
])('%s', (error, replicas, live, text) =>
  expect(electionFailure(error, replicas, new Set(live))).toMatch(text),
);
