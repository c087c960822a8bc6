interface Explanation {
  /** Path of the test file from the suite's root. */
  readonly file: string;
  /** Titles of the test, joined. */
  readonly title: string;
  readonly reason: string;
}

const SHARED_CONNECTIONS =
  'a race in KafkaJS: the consumer that crashes closes the connections which the producer shares; a record whose acknowledgement is on its way is then sent twice, as producers without idempotence do';

/** Tests that fail on our brokers, always or now and then, each with its reason. */
const explanations: readonly Explanation[] = [
  {
    file: 'src/broker/__tests__/describeConfigs.spec.js',
    title: 'Broker > describeConfigs request without config names returns all config entries',
    reason:
      'expects the defaults of Kafka 2.4: `max.message.bytes` of 1000012 (1048588 since 2.5) and the `message.format.version` of its time',
  },
  {
    file: 'src/admin/__tests__/alterConfigs.spec.js',
    title: 'Admin alter broker configs',
    reason:
      'sets `cleanup.policy` on a broker, which is no config of brokers; Kafka keeps unknown names, ours are refused ([differences.md](differences.md))',
  },
  {
    file: 'src/consumer/__tests__/instrumentationEvents.spec.js',
    title: 'Consumer > Instrumentation Events emits request timeout events',
    reason: 'expects that a broker does not answer within a millisecond; now and then it does',
  },
  {
    file: 'src/consumer/__tests__/errorRecovery.spec.js',
    title:
      'Consumer recovers from crashes due to retriable errors exhausting the number of retries',
    reason: SHARED_CONNECTIONS,
  },
  {
    file: 'src/consumer/__tests__/errorRecovery.spec.js',
    title: 'Consumer recovers from crashes due to retriable errors',
    reason: SHARED_CONNECTIONS,
  },
  {
    file: 'src/network/connection.spec.js',
    title: 'Network > Connection #send respect the requestTimeout',
    reason:
      'a race of two timers in the test, of 50 and of 100 ms; on a busy machine the wrong one wins now and then',
  },
];

/** @returns undefined when nobody knows why the test fails: then it should not */
export function whyItFails(file: string, title: string): string | undefined {
  return explanations.find((one) => one.file === file && one.title === title)?.reason;
}
