/**
 * The direction of dependencies between the rooms of the house (ARCHITECTURE.md, "Who may know whom").
 * `npm run check:deps` fails on any arrow that points the other way and on any circle.
 */
const rule = (name, from, to, comment) => ({
  name,
  comment,
  severity: 'error',
  from: typeof from === 'string' ? { path: from } : from,
  to: typeof to === 'string' ? { path: to } : to,
});
const tests = '\\.test\\.ts$';

module.exports = {
  forbidden: [
    rule(
      'no-circles',
      {},
      { circular: true },
      'Two files that need each other are one concept or three.',
    ),
    rule(
      'client-knows-no-server',
      { path: '^client/', pathNot: tests },
      '^(broker|zk-coordination|tools|integration-tests)/',
      'Applications import the client; it must not drag the server in.',
    ),
    rule(
      'runtime-knows-nothing',
      { path: '^client/runtime/', pathNot: tests },
      '^client/(?!runtime/)',
      'Clock, deferred and friends are the ground floor.',
    ),
    rule(
      'protocol-stands-on-runtime',
      { path: '^client/protocol/', pathNot: tests },
      '^client/(?!protocol/|runtime/)',
      'The protocol is schemas and codecs, nothing else.',
    ),
    rule(
      'records-stand-on-runtime',
      { path: '^client/records/', pathNot: tests },
      '^client/(?!records/|runtime/|protocol/errors)',
      'Record batches know no requests and no sockets.',
    ),
    rule(
      'network-below-public-apis',
      { path: '^client/network/', pathNot: tests },
      '^client/(producer|consumer|admin|streams|connect|kafkajs)/',
      'Connections serve the public APIs, not the other way round.',
    ),
    rule(
      'public-apis-below-kafkajs',
      { path: '^client/(producer|consumer|admin)/', pathNot: tests },
      '^client/kafkajs/',
      'The face of KafkaJS is made of the public APIs, not the other way round.',
    ),
    rule(
      'zk-coordination-knows-zookeeper-only',
      { path: '^zk-coordination/', pathNot: tests },
      '^(broker|tools|integration-tests)/|^client/(?!runtime/|protocol/)',
      'The only code that talks to ZooKeeper talks to nobody else.',
    ),
    rule(
      'only-zk-coordination-knows-the-library',
      { pathNot: '^zk-coordination/session/|' + tests },
      'node_modules/node-zookeeper-client',
      'The ZooKeeper library is hidden behind one folder.',
    ),
    rule(
      'broker-knows-no-public-client',
      { path: '^broker/', pathNot: tests },
      '^client/(producer|consumer|admin|streams|connect|kafkajs|index)|^tools/|^integration-tests/',
      'The broker speaks the protocol, it is not a client of itself.',
    ),
    rule(
      'log-knows-files-and-batches',
      { path: '^broker/log/', pathNot: tests },
      '^broker/(?!log/)|^zk-coordination/|^client/(network|protocol/msgpack)',
      'The log knows nothing of networks or ZooKeeper.',
    ),
    rule(
      'replication-stands-on-log',
      { path: '^broker/replication/', pathNot: tests },
      '^broker/(api|network|server|controller|coordinator)/',
      'A partition is not aware of requests.',
    ),
    rule(
      'peers-know-no-rooms',
      { path: '^broker/peers/', pathNot: tests },
      '^broker/(?!peers/)',
      'Requests to other brokers are carried, not understood.',
    ),
    rule(
      'broker-network-knows-no-rooms',
      { path: '^broker/network/', pathNot: tests },
      '^broker/(api|server|log|replication|controller|coordinator)/',
      'Listeners move frames; what they mean is for broker/api.',
    ),
    rule(
      'api-below-server',
      { path: '^broker/api/', pathNot: tests },
      '^broker/server/',
      'The server wires the handlers, not the other way round.',
    ),
    rule(
      'product-knows-no-tests',
      { path: '^(broker|client|zk-coordination|tools)/', pathNot: tests },
      '^integration-tests/',
      'Nothing shipped imports the test harness.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    exclude: { path: '^dist/' },
  },
};
