import { Kafka, type Admin } from '../../client';
import { TestCluster } from '../harness/test-cluster';
import { KafkaJsMember } from './mixed/kafkajs-member';
import { KcatMember } from './mixed/kcat-member';
import type { GroupMember, MembershipOptions, ReadRecord } from './mixed/group-member';
import { MsgpackMember } from './mixed/msgpack-member';
import { shows } from './shows';
import { kafkaJs, kcat } from './tested-client';
import { until } from '../harness/until';

const PARTITIONS = 6;
type Strategy = MembershipOptions['strategy'];
type Kind = 'msgpack' | 'KafkaJS' | 'kcat';

const start: Readonly<
  Record<Kind, (options: MembershipOptions) => GroupMember | Promise<GroupMember>>
> = {
  msgpack: (options) => MsgpackMember.start(options),
  KafkaJS: (options) => KafkaJsMember.start(options),
  kcat: (options) => KcatMember.start(options),
};
/** Without kcat the others share the group. */
const kinds: readonly Kind[] =
  kcat.version === null ? ['msgpack', 'KafkaJS'] : ['msgpack', 'KafkaJS', 'kcat'];

let cluster: TestCluster;
let kafka: Kafka;
let admin: Admin;
const members: GroupMember[] = [];

beforeAll(async () => {
  cluster = await TestCluster.start({ configs: { 'group.initial.rebalance.delay.ms': '0' } });
  kafka = new Kafka({ brokers: [cluster.bootstrap] });
  admin = kafka.admin();
});
afterEach(async () => {
  await Promise.all(members.splice(0).map((member) => member.leave()));
});
afterAll(async () => {
  await admin.close();
  await cluster.stop();
});

/** What the strategy gives to each of so many members, by their ids in order. */
function expected(strategy: Strategy, count: number): number[][] {
  const size = PARTITIONS / count;
  return Array.from({ length: count }, (_, member) =>
    Array.from({ length: size }, (_, i) =>
      strategy === 'range' ? member * size + i : i * count + member,
    ),
  );
}

/** Resolves when every partition has one owner, the one that the strategy says. */
async function settled(strategy: Strategy, present: readonly GroupMember[]): Promise<void> {
  const shares = () =>
    [...present].sort((a, b) => (a.memberId < b.memberId ? -1 : 1)).map(({ owned }) => owned);
  const wanted = JSON.stringify(expected(strategy, present.length));
  await until(
    () => JSON.stringify(shares()) === wanted,
    () => `The shares are ${JSON.stringify(shares())} instead of ${wanted}.`,
  );
}

async function produce(topic: string, value: string): Promise<ReadRecord[]> {
  const producer = kafka.producer();
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  const messages = partitions.map((partition) => ({ partition, value }));
  await producer.send({ topic, messages });
  await producer.close();
  return partitions.map((partition): ReadRecord => `${partition}/${value}`);
}

/** Each member gets the records of its partitions, and nobody else does. */
async function eachReadsItsOwn(
  topic: string,
  value: string,
  present: readonly GroupMember[],
): Promise<void> {
  const written = await produce(topic, value);
  const readBy = (record: ReadRecord) => present.filter(({ records }) => records.includes(record));
  await until(
    () => written.every((record) => readBy(record).length > 0),
    () => `Nobody has read ${written.filter((one) => readBy(one).length === 0).join(', ')}.`,
  );
  written.forEach((record, partition) => {
    expect(readBy(record)).toEqual(present.filter(({ owned }) => owned.includes(partition)));
  });
}

/** A group that one kind of client leads; then that one goes, and the others take over. */
async function sharedUnder(
  leading: Kind,
  strategy: Strategy,
  end: (leader: GroupMember) => Promise<void> = (leader) => leader.leave(),
): Promise<void> {
  const topic = `${strategy}-${leading}`;
  await admin.createTopics([{ topic, numPartitions: PARTITIONS }]);
  const options = { brokers: [cluster.bootstrap], groupId: topic, topic, strategy };
  const join = async (kind: Kind): Promise<GroupMember> => {
    const member = await start[kind](options);
    members.push(member);
    return member;
  };
  // Whoever comes first leads, as long as it stays.
  const leader = await join(leading);
  await settled(strategy, [leader]);
  const others = await Promise.all(kinds.filter((kind) => kind !== leading).map(join));
  await settled(strategy, members);
  const leaders = members.flatMap(({ leaderId }) => leaderId ?? []);
  expect(leaders.length).toBeGreaterThan(0);
  expect(new Set(leaders)).toEqual(new Set([leader.memberId]));
  await eachReadsItsOwn(topic, 'together', members);

  await end(leader);
  await settled(strategy, others);
  await eachReadsItsOwn(topic, 'afterwards', others);
}

test('the msgpack client leads a group by range; it leaves', () => sharedUnder('msgpack', 'range'));
shows(kafkaJs, 'a group shared with other clients: KafkaJS leads it by range, and leaves', () =>
  sharedUnder('KafkaJS', 'range'),
);
shows(
  kafkaJs,
  'a group shared with other clients: KafkaJS leads it by round robin, and leaves',
  () => sharedUnder('KafkaJS', 'roundrobin'),
);
shows(kcat, 'a group shared with other clients: kcat leads it by range, and is killed', () =>
  sharedUnder('kcat', 'range', (leader) => (leader as KcatMember).kill()),
);
