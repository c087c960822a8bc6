import { assigned } from '../../zk-coordination';
import { addControlledPartition, addTopic, contextOf } from './controller-context-fixture';
import {
  assertElectable,
  electionError,
  electionInput,
  partitionsToRebalance,
} from './preferred-elections';
import { reassignedTo } from './reassignment';

describe('an election asked for by hand', () => {
  const context = contextOf(1, 2);
  const topic = addTopic(context, 't');
  const refused = (code: string) => expect.objectContaining({ code });

  it('is held when the preferred leader does not lead', () => {
    const led = addControlledPartition(topic, [1, 2]);
    expect(() => assertElectable('preferred', led, context)).toThrow(
      refused('ELECTION_NOT_NEEDED'),
    );
    const elsewhere = addControlledPartition(topic, [1, 2], { leader: 2 });
    assertElectable('preferred', elsewhere, context);
  });

  it('is held uncleanly only without a living leader', () => {
    const led = addControlledPartition(topic, [1, 2], { leader: 2 });
    expect(() => assertElectable('unclean', led, context)).toThrow(refused('ELECTION_NOT_NEEDED'));
    assertElectable('unclean', addControlledPartition(topic, [1, 2], { leader: -1 }), context);
    assertElectable('unclean', addControlledPartition(topic, [3, 2]), context);
  });

  it('is refused where there is nothing to lead', () => {
    expect(() => assertElectable('preferred', undefined, context)).toThrow(
      refused('UNKNOWN_TOPIC_OR_PARTITION'),
    );
    const gone = addControlledPartition(addTopic(context, 'gone'), [1, 2], { leader: 2 });
    context.topicsToDelete.add('gone');
    expect(() => assertElectable('preferred', gone, context)).toThrow(
      refused('INVALID_TOPIC_EXCEPTION'),
    );
  });

  it('names its failure', () => {
    expect(electionError('preferred', 'preferred-not-eligible').code).toBe(
      'PREFERRED_LEADER_NOT_AVAILABLE',
    );
    expect(electionError('unclean', 'no-eligible-replica').code).toBe(
      'ELIGIBLE_LEADERS_NOT_AVAILABLE',
    );
    expect(electionError('unclean', 'stale-controller').code).toBe('NOT_CONTROLLER');
  });

  it('is decided on what the controller knows', () => {
    const partition = addControlledPartition(topic, [1, 2, 3]);
    context.markDirectoryFailed(partition, 2);
    expect(electionInput(context, partition, true)).toMatchObject({
      live: new Set([1]),
      uncleanEnabled: true,
      controllerEpoch: 1,
    });
    expect(electionInput(context, { ...partition, state: undefined }, true)).toBeUndefined();
  });
});

describe('leaders go back of their own accord', () => {
  function imbalanced(led: number, elsewhere: number) {
    const context = contextOf(1, 2, 3);
    const topic = addTopic(context, 't');
    for (let i = 0; i < led; i++) addControlledPartition(topic, [1, 2]);
    for (let i = 0; i < elsewhere; i++) addControlledPartition(topic, [1, 2], { leader: 2 });
    return { context, topic };
  }

  it('when more than the percentage is elsewhere', () => {
    expect(partitionsToRebalance(imbalanced(9, 1).context, 10)).toEqual([]);
    expect(partitionsToRebalance(imbalanced(8, 1).context, 10)).toHaveLength(1);
    expect(partitionsToRebalance(imbalanced(0, 3).context, 10)).toHaveLength(3);
    expect(partitionsToRebalance(imbalanced(3, 0).context, 0)).toEqual([]);
  });

  it('but not to a broker that cannot lead, is shutting down, or is on the move', () => {
    const { context, topic } = imbalanced(0, 1);
    addControlledPartition(topic, [3, 2], { leader: 2, isr: [2] });
    addControlledPartition(topic, [9, 2], { leader: 2 });
    addControlledPartition(topic, reassignedTo(assigned([2]), [3]), { leader: 2, isr: [2, 3] });
    expect(partitionsToRebalance(context, 10).map(({ partition }) => partition)).toEqual([0]);
    context.shuttingDown.add(1);
    expect(partitionsToRebalance(context, 10)).toEqual([]);
  });

  it('and not for a topic that is to be deleted', () => {
    const { context } = imbalanced(0, 1);
    context.topicsToDelete.add('t');
    expect(partitionsToRebalance(context, 10)).toEqual([]);
  });
});
