import { choice, int, INT_MAX, long, string } from '../config-definition';

const ONE_LOOP =
  'One event loop moves all bytes; a larger machine runs several brokers instead of threads.';

/** Listeners, connections, limits. */
export const networkConfigs = {
  listeners: string(
    'PLAINTEXT://:9092',
    'Addresses to listen on, as NAME://host:port separated by commas. Without a host all interfaces are meant; port 0 takes any free one.',
    { importance: 'high', dynamic: 'per-broker' },
  ),
  'advertised.listeners': string(
    null,
    'Addresses that clients and brokers are told to connect to, in the form of listeners. Without it those of listeners, with the name of the machine where they have no host.',
    { importance: 'high', dynamic: 'per-broker' },
  ),
  'listener.security.protocol.map': string(
    'PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
    'Security protocol of each listener name, as NAME:PROTOCOL separated by commas.',
    { importance: 'low', dynamic: 'per-broker' },
  ),
  'inter.broker.listener.name': string(
    null,
    'Listener over which brokers talk to each other. Without it the one whose protocol is security.inter.broker.protocol.',
  ),
  'security.inter.broker.protocol': choice(
    ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'],
    'PLAINTEXT',
    'Security protocol between brokers; not together with inter.broker.listener.name.',
  ),
  'inter.broker.endpoint.overrides': string(
    '',
    'Addresses at which this broker reaches others instead of those they advertise, as id=host:port separated by commas: for networks with address translation, and for tests that put a proxy between two brokers.',
    { importance: 'low' },
  ),
  'control.plane.listener.name': string(
    null,
    'Listener kept apart for requests of the controller.',
    { importance: 'high', noEffect: ONE_LOOP },
  ),
  'num.network.threads': int('3', 'Threads of Kafka that read and write sockets.', {
    min: 1,
    importance: 'high',
    dynamic: 'cluster-wide',
    noEffect: ONE_LOOP,
  }),
  'num.io.threads': int('8', 'Threads of Kafka that handle requests.', {
    min: 1,
    importance: 'high',
    dynamic: 'cluster-wide',
    noEffect: ONE_LOOP,
  }),
  'background.threads': int('10', 'Threads of Kafka for housekeeping.', {
    min: 1,
    importance: 'high',
    dynamic: 'cluster-wide',
    noEffect: ONE_LOOP,
  }),
  'socket.send.buffer.bytes': int('102400', 'SO_SNDBUF of sockets; -1 leaves it to the system.', {
    min: -1,
    importance: 'high',
    noEffect: 'Node.js gives no access to it; the system sizes the buffer by itself.',
  }),
  'socket.receive.buffer.bytes': int(
    '102400',
    'SO_RCVBUF of sockets; -1 leaves it to the system.',
    {
      min: -1,
      importance: 'high',
      noEffect: 'Node.js gives no access to it; the system sizes the buffer by itself.',
    },
  ),
  'socket.request.max.bytes': int(
    '104857600',
    'Largest request in bytes. A connection that announces a larger one is closed.',
    { min: 1, importance: 'high' },
  ),
  'socket.listen.backlog.size': int(
    '50',
    'Connections that may wait to be accepted; the system may keep fewer.',
    { min: 1 },
  ),
  'socket.connection.setup.timeout.ms': long(
    '10000',
    'Milliseconds to wait for a connection to another broker, the first time.',
    { min: 1 },
  ),
  'socket.connection.setup.timeout.max.ms': long(
    '30000',
    'Milliseconds to wait for a connection to another broker after repeated failures.',
    { min: 1 },
  ),
  'socket.frame.timeout.ms': int(
    '30000',
    'Milliseconds in which a request that has begun to arrive must have arrived; then the connection is closed. Each further MiB of a large request buys the same time again.',
    { min: 1, ours: true },
  ),
  'socket.max.in.flight.requests': int(
    '100',
    'Requests of one connection that may be in the works; no more are read until some are answered.',
    { min: 1, ours: true },
  ),
  'socket.write.queue.max.bytes': long(
    '1048576',
    'Bytes of responses waiting for one slow connection above which no more requests are read from it.',
    { min: 1, ours: true },
  ),
  'queued.max.requests': int(
    '500',
    'Requests of Kafka waiting for a thread before the network threads pause.',
    {
      min: 1,
      importance: 'high',
      noEffect:
        'Requests are handled as they are read; queued.max.request.bytes and socket.max.in.flight.requests bound what waits.',
    },
  ),
  'queued.max.request.bytes': long(
    '268435456',
    'Bytes of requests in the works, over all connections, above which no more are read. -1 means no bound.',
    { min: -1, kafkaDefault: '-1' },
  ),
  'request.timeout.ms': int(
    '30000',
    'Milliseconds after which a request to another broker is given up.',
    { min: 1, importance: 'high' },
  ),
  'connections.max.idle.ms': long(
    '600000',
    'Milliseconds without a request after which a connection is closed; negative never.',
  ),
  'connection.failed.authentication.delay.ms': int(
    '100',
    'Milliseconds by which the answer to a failed authentication is delayed.',
    { min: 0, importance: 'low', noEffect: 'All listeners are PLAINTEXT in this version.' },
  ),
  'max.connections': int(INT_MAX, 'Connections accepted at the same time.', {
    min: 0,
    dynamic: 'cluster-wide',
  }),
  'max.connections.per.ip': int(
    INT_MAX,
    'Connections accepted at the same time from one address.',
    {
      min: 0,
      dynamic: 'cluster-wide',
    },
  ),
  'max.connections.per.ip.overrides': string(
    '',
    'Other limits for single addresses, as address:limit separated by commas.',
    { dynamic: 'cluster-wide' },
  ),
  'max.connection.creation.rate': int(INT_MAX, 'Connections accepted per second.', {
    min: 0,
    dynamic: 'cluster-wide',
    noEffect: 'Quotas are not enforced in this version.',
  }),
  'http.listener': string(
    '',
    'Where /metrics (Prometheus), /healthz and /readyz are served over HTTP, as host:port or :port for all interfaces. Empty switches them off.',
    {
      ours: true,
      check: (value) =>
        value === '' || /^(\[[0-9a-fA-F:.]+\]|[^:\s]*):\d{1,5}$/.test(value)
          ? undefined
          : 'empty, host:port or :port',
    },
  ),
};
