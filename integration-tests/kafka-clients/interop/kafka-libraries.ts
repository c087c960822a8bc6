/** What kafka-clients needs: a logging facade and its codecs. */
export const CLIENT_LIBRARIES = [
  'org/slf4j/slf4j-api/1.7.36',
  'org/lz4/lz4-java/1.8.0',
  'org/xerial/snappy/snappy-java/1.1.10.5',
  'com/github/luben/zstd-jni/1.5.6-4',
];

/** Kafka's command-line tools, in Java and in Scala, and what they need. */
export const toolLibraries = (version: string): string[] => [
  ...[
    'kafka-clients',
    'kafka-tools',
    'kafka-tools-api',
    'kafka-server',
    'kafka-server-common',
    'kafka-group-coordinator',
    'kafka-group-coordinator-api',
    'kafka-transaction-coordinator',
    'kafka-storage',
    'kafka-raft',
    'kafka-metadata',
    'kafka_2.13',
  ].map((artifact) => `org/apache/kafka/${artifact}/${version}`),
  'org/scala-lang/scala-library/2.13.15',
  'com/typesafe/scala-logging/scala-logging_2.13/3.9.5',
  'net/sf/jopt-simple/jopt-simple/5.0.4',
  'net/sourceforge/argparse4j/argparse4j/0.7.0',
  'com/fasterxml/jackson/core/jackson-core/2.16.2',
  'com/fasterxml/jackson/core/jackson-databind/2.16.2',
  'com/fasterxml/jackson/core/jackson-annotations/2.16.2',
  'com/fasterxml/jackson/datatype/jackson-datatype-jdk8/2.16.2',
  'com/fasterxml/jackson/dataformat/jackson-dataformat-csv/2.16.2',
  'com/yammer/metrics/metrics-core/2.2.0',
  'commons-validator/commons-validator/1.9.0',
  'commons-logging/commons-logging/1.2',
  'commons-digester/commons-digester/2.1',
  'org/apache/zookeeper/zookeeper/3.8.4',
  'org/apache/zookeeper/zookeeper-jute/3.8.4',
  ...CLIENT_LIBRARIES,
];
