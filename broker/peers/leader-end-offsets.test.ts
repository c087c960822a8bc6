import type { RequestOf } from '../../client/protocol/api';
import type { ListOffsets } from '../../client/protocol/messages/list-offsets';
import { deferred } from '../../client/runtime/deferred';
import { silentLogger } from '../../client/runtime/logger';
import { ManualClock } from '../../client/runtime/manual-clock';
import { LeaderEndOffsets } from './leader-end-offsets';
import type { PeerChannel } from './peer-channel';

type Request = RequestOf<typeof ListOffsets>;

let clock: ManualClock;
/** Requests by broker. */
let asked: [broker: number, partitions: string[]][];
let offset: number;
let failing: Set<number>;
let held: Promise<void>;
let ends: LeaderEndOffsets;

beforeEach(() => {
  clock = new ManualClock();
  asked = [];
  offset = 5;
  failing = new Set();
  held = Promise.resolve();
  ends = new LeaderEndOffsets({
    peers: { open: (broker) => channelTo(broker) },
    leaderOf: (topic, partition) => (topic === 'nobody' ? undefined : 2 + (partition % 2)),
    clock,
    logger: silentLogger,
  });
});

function channelTo(broker: number): PeerChannel {
  const answer = async ({ topics }: Request) => {
    asked.push([
      broker,
      topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex }) => `${name}-${partitionIndex}`),
      ),
    ]);
    await held;
    if (failing.has(broker)) throw new Error('away');
    return {
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({
          ...{ partitionIndex, errorCode: name === 'refused' ? 6 : 0, offset },
        })),
      })),
    };
  };
  return { send: (_, body) => answer(body as never) as never, close: () => {} };
}

const wanted = [
  { topic: 't', partition: 0 },
  { topic: 't', partition: 1 },
  { topic: 'u', partition: 0 },
  { topic: 'refused', partition: 0 },
  { topic: 'nobody', partition: 0 },
];

it('asks each leader once, and again only after a while', async () => {
  await ends.refresh(wanted);
  expect(asked).toEqual([
    [2, ['t-0', 'u-0', 'refused-0']],
    [3, ['t-1']],
  ]);
  expect(wanted.map(({ topic, partition }) => ends.get(topic, partition))).toEqual([
    ...[5, 5, 5, undefined, undefined],
  ]);
  offset = 7;
  clock.advance(9_999);
  await ends.refresh(wanted);
  expect([ends.get('t', 0), asked.length]).toEqual([5, 2]);
  clock.advance(1);
  await ends.refresh(wanted);
  expect([ends.get('t', 0), asked.length]).toEqual([7, 4]);
});

it('knows nothing of a broker that does not answer', async () => {
  failing.add(3);
  await ends.refresh(wanted);
  expect([ends.get('t', 0), ends.get('t', 1)]).toEqual([5, undefined]);
});

it('does not keep anybody waiting for long, and asks once at a time', async () => {
  const answered = deferred();
  held = answered.promise;
  const refreshed = [ends.refresh(wanted), ends.refresh(wanted)];
  clock.advance(1_000);
  await Promise.all(refreshed);
  expect([ends.get('t', 0), asked.length]).toEqual([undefined, 2]);
  const again = ends.refresh(wanted);
  answered.resolve();
  await again;
  expect([ends.get('t', 0), asked.length]).toEqual([5, 2]);
});

it('asks for many in several requests', async () => {
  await ends.refresh(
    Array.from({ length: 2_500 }, (_, index) => ({ topic: 't', partition: index * 2 })),
  );
  expect(asked.map(([broker, partitions]) => [broker, partitions.length])).toEqual([
    [2, 1_000],
    [2, 1_000],
    [2, 500],
  ]);
});
