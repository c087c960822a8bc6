import type { GroupCoordinator } from './group-coordinator';
import { GroupFixture, settled } from './testing/group-fixture';

const INTERVAL_MS = 600_000;

let fixture: GroupFixture;
let broker: GroupCoordinator;
beforeEach(() => {
  fixture = new GroupFixture();
  fixture.topics = new Map([
    ['t', 'first'],
    ['other', 'id'],
  ]);
  broker = fixture.broker(1);
});
afterEach(() => broker.close());

function commit(topic: string, offset: number, topicId?: string, on = broker): Promise<void> {
  const committed = {
    ...{ offset, leaderEpoch: -1, metadata: '', expireTimestamp: null },
    commitTimestamp: fixture.clock.now(),
    ...(topicId !== undefined && { topicId }),
  };
  return on.commit('g', {
    ...{ memberId: '', groupInstanceId: null, generation: -1 },
    changes: [{ topic, partition: 0, committed }],
  });
}

/** What is stored, by topic. */
function stored(): Record<string, number | undefined> {
  const offsets = fixture.groups.get('g').offsets.all;
  return Object.fromEntries([...offsets].map(([topic, of]) => [topic, of.get(0)?.offset]));
}

describe('a topic that is deleted', () => {
  const gone = { name: 't', topicId: 'first' };

  it.each([[undefined], ['first']])(
    'takes the offsets of groups with it that nobody has loaded (topic id %s)',
    async (topicId) => {
      await commit('t', 5, topicId);
      await commit('other', 7);
      fixture.groups.kill(1);
      await broker.close();
      broker = fixture.broker(2);
      broker.onTopicGone(gone);
      await settled();
      expect(stored()).toEqual({ other: 7 });
      expect(broker.counts.offsetDeletions).toBe(1);
    },
  );

  it('leaves those of another topic that has got its name meanwhile', async () => {
    fixture.topics?.set('t', 'second');
    await commit('t', 5, 'second');
    broker.onTopicGone(gone);
    await settled();
    expect(stored()).toEqual({ t: 5 });
  });

  it('has its offsets forgotten later when that fails', async () => {
    broker.start();
    await commit('t', 5);
    fixture.groups.beforeWrite = () => {
      throw new Error('The storage is away.');
    };
    fixture.topics?.delete('t');
    broker.onTopicGone(gone);
    await settled();
    expect(stored()).toEqual({ t: 5 });
    fixture.groups.beforeWrite = () => {};
    await fixture.pass(INTERVAL_MS);
    expect(stored()).toEqual({});
  });
});

describe('offsets of a topic that was deleted while nobody coordinated the group', () => {
  const nextCoordinator = () => {
    fixture.groups.kill(1);
    return fixture.broker(2);
  };

  it.each<[string, string | undefined, number | undefined]>([
    ['is not there', undefined, undefined],
    ['is another one', 'second', undefined],
    ['is the same', 'first', 5],
  ])('are not used when the topic %s', async (_, topicId, expected) => {
    await commit('t', 5, 'first');
    if (topicId === undefined) fixture.topics?.delete('t');
    else fixture.topics?.set('t', topicId);
    const next = nextCoordinator();
    expect((await next.offsets('g')).get('t')?.get(0)?.offset).toBe(expected);
    expect(stored()).toEqual(expected === undefined ? {} : { t: expected });
    await next.close();
  });

  it('are forgotten although nobody asks for the group', async () => {
    await commit('t', 5, 'first');
    await commit('other', 7);
    fixture.topics?.delete('t');
    const next = nextCoordinator();
    next.start();
    await fixture.pass(INTERVAL_MS);
    expect(stored()).toEqual({ other: 7 });
    await next.close();
  });
});
