import { plainTable } from '../../cli/table';

export interface ClusterFacts {
  readonly bootstrapServer: string;
  readonly zookeeperConnect: string;
  readonly topic: string;
  /** Where the broker keeps its log directories. */
  readonly dataFolder: string;
  /** The file the broker's output goes to. */
  readonly logFile: string;
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
    ['see it in ZooKeeper', `bin/zookeeper-shell.sh ${facts.zookeeperConnect} ls /brokers/topics`],
    ['stop all', `npm stop${facts.stopArguments}`],
  ];
  const places = [
    ['data of the broker', facts.dataFolder],
    ['log of the broker', facts.logFile],
  ];
  const [, ...lines] = plainTable(
    [{ header: '' }, { header: '' }],
    [...commands.map(([does, line]) => [does, line]), ...places],
  ).split('\n');
  return ['The cluster is running. What next:', ...lines.map((line) => `  ${line}`)].join('\n');
}
