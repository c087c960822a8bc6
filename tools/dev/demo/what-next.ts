import { join } from 'node:path';
import { plainTable } from '../../cli/table';

export interface ClusterFacts {
  /** `host:port` of one broker; it tells of the others. */
  readonly bootstrapServer: string;
  readonly zookeeperConnect: string;
  /** `host:port` of the metrics of a broker; null when there are none. */
  readonly metrics: string | null;
  readonly topic: string;
  /** Where everything is kept. */
  readonly dataFolder: string;
  /** The folder of the first broker. */
  readonly firstBroker: string;
  /** The words after `npm stop`, when it needs some. */
  readonly stopArguments: string;
}

/** What a person can type now, and where things lie. */
export function whatNext(facts: ClusterFacts): string {
  const server = `--bootstrap-server ${facts.bootstrapServer}`;
  const commands: readonly (readonly [string, string])[] = [
    [
      'read the topic',
      `bin/kafka-console-consumer.sh ${server} --topic ${facts.topic} --from-beginning --max-messages 5`,
    ],
    ['write to it', `bin/kafka-console-producer.sh ${server} --topic ${facts.topic}`],
    ['list the topics', `bin/kafka-topics.sh ${server} --list`],
    ['see who leads what', `bin/kafka-topics.sh ${server} --describe --topic ${facts.topic}`],
    [
      'read it in a group',
      `bin/kafka-console-consumer.sh ${server} --topic ${facts.topic} --group readers --from-beginning --max-messages 5`,
    ],
    ['see the lag', `bin/kafka-consumer-groups.sh ${server} --describe --group readers`],
    ['see it in ZooKeeper', `bin/zookeeper-shell.sh ${facts.zookeeperConnect} ls /brokers/topics`],
    ...(facts.metrics === null
      ? []
      : [['see its metrics', `curl -s http://${facts.metrics}/metrics`] as const]),
    ['stop all', `npm stop${facts.stopArguments}`],
  ];
  const places = [
    ['data of the cluster', facts.dataFolder],
    ['log of a broker', join(facts.firstBroker, 'server.out')],
  ];
  const [, ...lines] = plainTable(
    [{ header: '' }, { header: '' }],
    [...commands.map(([does, line]) => [does, line]), ...places],
  ).split('\n');
  return ['The cluster is running. What next:', ...lines.map((line) => `  ${line}`)].join('\n');
}
