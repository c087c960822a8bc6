import type { LocalZookeeper } from './choose-zookeeper';

const MAIN = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
/** A small heap, the serial collector and the quick compiler: 57 MB resident and up in 0.2 s. */
const SMALL_HEAP = '-Xmx64m';
const SMALL_JVM = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/**
 * The words after `java` that start a server. Kafka's `$KAFKA_HEAP_OPTS`,
 * `$KAFKA_JVM_PERFORMANCE_OPTS` and `$KAFKA_OPTS` are honoured.
 *
 * @param config path of its zoo.cfg
 * @param heap `-Xmx…` when `$KAFKA_HEAP_OPTS` says nothing; default 64 MB, enough for 10^4 znodes
 */
export function zookeeperJavaArguments(
  { classpath }: LocalZookeeper,
  config: string,
  env: NodeJS.ProcessEnv,
  heap = SMALL_HEAP,
): string[] {
  return [
    ...(words(env.KAFKA_HEAP_OPTS) ?? [heap]),
    ...(words(env.KAFKA_JVM_PERFORMANCE_OPTS) ?? SMALL_JVM),
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=info',
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
    '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss,SSS',
    '-Djava.awt.headless=true',
    ...(words(env.KAFKA_OPTS) ?? []),
    '-cp',
    classpath,
    MAIN,
    config,
  ];
}

function words(text: string | undefined): string[] | null {
  const trimmed = (text ?? '').trim();
  return trimmed === '' ? null : trimmed.split(/\s+/);
}
