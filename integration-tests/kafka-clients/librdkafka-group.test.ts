import { join } from 'node:path';
import { Kafka } from '../../client';
import { check } from '../../tools/drill/checker/check';
import { isClean, verdictLine } from '../../tools/drill/checker/verdict';
import { readToTheEnd } from '../../tools/drill/load/final-read';
import { groupProblems } from '../drills/groups/judge-group';
import { compileClient } from '../../tools/dev/compile-client';
import { MultiBrokerCluster } from '../harness/multi-broker-cluster';
import { shows } from './shows';
import { librdkafka } from './tested-client';
import { CooperativeRun } from './cooperative-run';

const TOPIC = 'shared';
const GROUP = 'cooperative';
const PARTITIONS = 6;

shows(
  librdkafka,
  'a cooperative group with a late member, a leader, then the coordinator killed meanwhile: only what moves is revoked, every record is there once and read',
  async () => {
    const cluster = await MultiBrokerCluster.start({
      configs: { 'zookeeper.session.timeout.ms': '6000', 'group.initial.rebalance.delay.ms': '0' },
    });
    const kafka = new Kafka({ brokers: cluster.addresses });
    const admin = kafka.admin();
    let run: CooperativeRun | undefined;
    try {
      const client = await compileClient(join(__dirname, 'librdkafka-client.c'), cluster.directory);
      const member = await compileClient(join(__dirname, 'librdkafka-member.c'), cluster.directory);
      await admin.createTopics([
        { topic: TOPIC, numPartitions: PARTITIONS, replicationFactor: cluster.ids.length },
      ]);
      const group = GROUP;
      const partitions = PARTITIONS;
      run = new CooperativeRun({ cluster, admin, client, member, topic: TOPIC, partitions, group });
      run.startProducer();
      run.addMember();
      await run.untilShared([6]);
      await run.untilFlows();
      run.addMember();
      await run.untilShared([3, 3]);
      await run.untilFlows();
      await run.commit();
      expect(run.revoked).toEqual([3, 0]);

      const coordinator = await run.coordinator();
      const leader = (await run.leaders()).find((id) => id !== coordinator)!;
      await cluster.kill(leader);
      await run.untilFlows();
      expect(run.revoked).toEqual([3, 0]);
      await cluster.start(leader);
      await run.untilInSync();

      const before = run.members.map((one) => run!.ownedBy(one));
      await cluster.kill(coordinator);
      await run.untilFlows();
      await run.commit();
      expect(run.members.map((one) => run!.ownedBy(one))).toEqual(before);
      run.addMember();
      await run.untilShared([2, 2, 2]);
      expect(run.revoked).toEqual([4, 1, 0]);
      await run.untilFlows();
      await run.commit();

      await run.stopProducer();
      await run.untilRead();
      await Promise.all(run.members.map((one) => one.stop()));
      const history = run.history();
      await readToTheEnd(kafka, history, TOPIC, PARTITIONS);
      const verdict = check(history);
      expect(verdictLine(verdict)).toMatch(/^acked [1-9]/);
      expect(verdict.findings).toEqual([]);
      expect(isClean(verdict)).toBe(true);
      expect(verdict.read).toBe(run.deliveries().length);
      const acked = Array.from({ length: PARTITIONS }, (_, index) =>
        history.partition(`${TOPIC}-${index}`).acks.map(({ offset }) => offset),
      );
      expect(groupProblems(run.members, acked)).toEqual([]);
    } finally {
      await Promise.all(run?.members.map((one) => one.kill()) ?? []);
      await run?.stopProducer().catch(() => undefined);
      await admin.close();
      await cluster.close();
    }
  },
);
