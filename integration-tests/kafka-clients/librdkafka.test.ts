import { join } from 'node:path';
import { Kafka } from '../../client';
import { compileClient } from '../../tools/dev/compile-client';
import { MultiBrokerCluster } from '../harness/multi-broker-cluster';
import { shows } from './shows';
import { librdkafka } from './tested-client';
import { runClient } from './run-client';

const TOPIC = 'librdkafka';
const COUNT = 1000;

shows(
  librdkafka,
  'an idempotent producer whose leader is killed: each record once, where it was reported',
  async () => {
    const cluster = await MultiBrokerCluster.start({
      configs: { 'zookeeper.session.timeout.ms': '6000' },
    });
    try {
      const program = await compileClient(
        join(__dirname, 'librdkafka-client.c'),
        cluster.directory,
      );
      const kafka = new Kafka({ brokers: cluster.addresses });
      const admin = kafka.admin();
      await admin.createTopics([{ topic: TOPIC, numPartitions: 1 }]);
      const leader = (await admin.describeTopics([TOPIC]))[0]!.partitions[0]!.leader!;
      await admin.close();

      const half = `delivered ${COUNT / 2} `;
      const servers = cluster.addresses.join(',');
      const produced = await runClient(program, ['produce', servers, TOPIC, String(COUNT)], {
        onOutput: (text) => {
          if (text.includes(half) && cluster.isRunning(leader)) void cluster.kill(leader);
        },
      });
      expect(cluster.isRunning(leader)).toBe(false);
      const reported = new Map(
        produced.split('\n').flatMap((line) => {
          const [, value, offset] = /^delivered (\d+) 0 (\d+) /.exec(line) ?? [];
          return value === undefined ? [] : [[Number(value), Number(offset)]];
        }),
      );
      expect(reported.size).toBe(COUNT);

      const consumed = await runClient(program, ['consume', servers, TOPIC, String(COUNT)]);
      const records = consumed.trimEnd().split('\n');
      expect(records).toEqual(Array.from({ length: COUNT }, (_, i) => `${reported.get(i)} ${i}`));
    } finally {
      await cluster.close();
    }
  },
);
