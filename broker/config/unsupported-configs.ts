/**
 * Names that Apache Kafka knows and this broker must not swallow: whoever sets one of them counts on
 * something that would not happen.
 */
const unsupported: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^ssl\.|^zookeeper\.ssl\.|^zookeeper\.clientCnxnSocket$/, 'there is no TLS in this version'],
  [
    /^sasl\.|^connections\.max\.reauth\.ms$|^delegation\.token\./,
    'there is no SASL in this version',
  ],
  [/^authorizer\.|^super\.users$|^allow\.everyone\./, 'there is no authorizer in this version'],
  [/^password\.encoder\./, 'no config that is kept in ZooKeeper is a secret in this version'],
  [/^listener\.name\./, 'configs of single listeners are not supported in this version'],
  [/^remote\.(log|storage)\.|^(log\.)?local\.(log\.)?retention\./, 'there is no tiered storage'],
  [
    /^process\.roles$|^node\.id$|^controller\.(quorum|listener\.names)|^metadata\.|^zookeeper\.metadata\./,
    'this is Kafka with ZooKeeper, not KRaft: set broker.id and zookeeper.connect',
  ],
  [/^group\.(coordinator|consumer|share)\./, 'only classic consumer groups are planned'],
  [
    /\.class$|\.class\.name$|^(metric|kafka\.metrics)\.reporters$|^interceptor\.classes$/,
    'Java classes cannot be loaded',
  ],
  [/^auto\.include\.jmx\.reporter$|^metrics\./, 'metrics are served over HTTP: set http.listener'],
  [
    /^(host\.name|port|advertised\.host\.name|advertised\.port)$/,
    'removed in Kafka 3.0: set listeners and advertised.listeners',
  ],
];

/** Why a name of Apache Kafka is not accepted, or undefined when it is not one of its names. */
export function whyUnsupported(key: string): string | undefined {
  return unsupported.find(([pattern]) => pattern.test(key))?.[1];
}
