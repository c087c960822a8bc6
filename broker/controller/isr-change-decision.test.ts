import { leaderEpoch, partitionEpoch, type PartitionState } from '../../zk-coordination';
import { addControlledPartition, addTopic, contextOf } from './controller-context-fixture';
import { decideIsrChange, type IsrRequest } from './isr-change-decision';

/** Broker 1 leads [1, 2, 3] at leader epoch 5, partition epoch 7, with the ISR 1, 2. */
function given(state: Partial<PartitionState> = {}) {
  const context = contextOf(1, 2, 3);
  const partition = addControlledPartition(addTopic(context, 't'), [1, 2, 3], {
    isr: [1, 2],
    leaderEpoch: leaderEpoch(5),
    ...state,
  });
  partition.state = { ...partition.state!, partitionEpoch: partitionEpoch(7) };
  return { context, partition };
}

const asking = (isr: readonly number[], more: Partial<IsrRequest> = {}): IsrRequest => ({
  leaderEpoch: 5,
  partitionEpoch: 7,
  newIsrWithEpochs: isr.map((brokerId) => ({ brokerId, brokerEpoch: 100 + brokerId })),
  leaderRecoveryState: 0,
  ...more,
});

test('an ISR that may be is written under the same leader epoch', () => {
  const { context, partition } = given();
  expect(decideIsrChange(context, partition, 1, asking([1, 2, 3]))).toEqual({
    next: {
      leader: 1,
      leaderEpoch: 5,
      isr: [1, 2, 3],
      leaderRecoveryState: 'recovered',
      controllerEpoch: 1,
    },
  });
});

test('what is in force already is a success, also on an old version', () => {
  const { context, partition } = given();
  const decision = decideIsrChange(context, partition, 1, asking([2, 1], { partitionEpoch: 6 }));
  expect(decision).toEqual({ next: undefined });
});

test.each<[string, IsrRequest, string]>([
  ['a later leader epoch', asking([1], { leaderEpoch: 6 }), 'NOT_CONTROLLER'],
  ['a later partition epoch', asking([1], { partitionEpoch: 8 }), 'NOT_CONTROLLER'],
  [
    'a later partition epoch of an earlier leader',
    asking([1], { leaderEpoch: 4, partitionEpoch: 8 }),
    'NOT_CONTROLLER',
  ],
  ['an earlier leader epoch', asking([1, 2], { leaderEpoch: 4 }), 'FENCED_LEADER_EPOCH'],
  ['an earlier partition epoch', asking([1], { partitionEpoch: 6 }), 'INVALID_UPDATE_VERSION'],
  ['an ISR without the leader', asking([2]), 'INVALID_REQUEST'],
  ['an empty ISR', asking([]), 'INVALID_REQUEST'],
  ['a member twice', asking([1, 2, 2]), 'INVALID_REQUEST'],
  ['a broker without a replica', asking([1, 2, 4]), 'INVALID_REQUEST'],
  ['going back to recovering', asking([1], { leaderRecoveryState: 1 }), 'INVALID_REQUEST'],
  [
    'a member of an earlier life',
    asking([1, 2, 3], {
      newIsrWithEpochs: [
        { brokerId: 1, brokerEpoch: 101 },
        { brokerId: 3, brokerEpoch: 99 },
      ],
    }),
    'INELIGIBLE_REPLICA',
  ],
])('%s is refused', (_, request, error) => {
  const { context, partition } = given();
  expect(decideIsrChange(context, partition, 1, request)).toEqual({ error });
});

test('a member whose epoch the leader does not know is taken on trust', () => {
  const { context, partition } = given();
  const newIsrWithEpochs = [1, 3].map((brokerId) => ({ brokerId, brokerEpoch: -1 }));
  const decision = decideIsrChange(context, partition, 1, asking([], { newIsrWithEpochs }));
  expect(decision).toMatchObject({ next: { isr: [1, 3] } });
});

test('dead brokers, failed directories and brokers that stop do not join', () => {
  const { context, partition } = given();
  const ask = (isr: readonly number[]) => decideIsrChange(context, partition, 1, asking(isr));
  context.shuttingDown.add(3);
  expect(ask([1, 2, 3])).toEqual({ error: 'INELIGIBLE_REPLICA' });
  context.shuttingDown.clear();
  context.markDirectoryFailed(partition, 3);
  expect(ask([1, 2, 3])).toEqual({ error: 'INELIGIBLE_REPLICA' });
  context.forgetFailedDirectories(3);
  context.brokers.delete(3);
  expect(ask([1, 2, 3])).toEqual({ error: 'INELIGIBLE_REPLICA' });
});

test('a leader that stops can take in whom it hands over to', () => {
  const { context, partition } = given();
  context.shuttingDown.add(1);
  const decision = decideIsrChange(context, partition, 1, asking([1, 2, 3]));
  expect(decision).toMatchObject({ next: { isr: [1, 2, 3] } });
});

test('a leader that recovers stays alone until it has said so', () => {
  const { context, partition } = given({ isr: [1], leaderRecoveryState: 'recovering' });
  const ask = (isr: readonly number[], leaderRecoveryState: number) =>
    decideIsrChange(context, partition, 1, asking(isr, { leaderRecoveryState }));
  expect(ask([1, 2], 1)).toEqual({ error: 'INVALID_REQUEST' });
  expect(ask([1], 1)).toEqual({ next: undefined });
  expect(ask([1], 0)).toMatchObject({ next: { leaderRecoveryState: 'recovered', isr: [1] } });
  expect(ask([1, 2], 0)).toMatchObject({ next: { leaderRecoveryState: 'recovered' } });
});

test('who does not lead, and what is not there, is refused', () => {
  const { context, partition } = given();
  expect(decideIsrChange(context, partition, 2, asking([1, 2]))).toEqual({
    error: 'INVALID_REQUEST',
  });
  const unknown = { error: 'UNKNOWN_TOPIC_OR_PARTITION' };
  expect(decideIsrChange(context, undefined, 1, asking([1]))).toEqual(unknown);
  partition.life = 'nonexistent';
  expect(decideIsrChange(context, partition, 1, asking([1]))).toEqual(unknown);
});
