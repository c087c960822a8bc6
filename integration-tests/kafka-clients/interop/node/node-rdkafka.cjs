// node-rdkafka against a cluster: node-rdkafka.cjs <bootstrap servers> codecs|failover
const { Buffer } = require('node:buffer');
const Kafka = require('node-rdkafka');

const EACH = 500;
const PARTITIONS = 3;

const [servers, check] = process.argv.slice(2);
const base = { 'bootstrap.servers': servers };

/** Has a method call back, and returns what it is told. */
const called = (target, method, ...args) =>
  new Promise((resolve, reject) =>
    target[method](...args, (error, result) => (error ? reject(error) : resolve(result))),
  );

async function createTopic(topic, partitions) {
  const admin = Kafka.AdminClient.create(base);
  const wanted = { topic, num_partitions: partitions, replication_factor: 3 };
  await called(admin, 'createTopic', wanted);
  admin.disconnect();
}

/** Connected; tells each delivery to a function. */
async function startProducer(settings, onDelivery) {
  const producer = new Kafka.Producer({ ...base, ...settings, dr_msg_cb: true });
  producer.on('delivery-report', (error, report) => {
    if (error) fail(error);
    else onDelivery(report);
  });
  producer.on('event.error', (error) => console.error(String(error)));
  await called(producer, 'connect', {});
  producer.setPollInterval(5);
  return producer;
}

/** Reports that have not been told when it disconnects are never told. */
async function stopProducer(producer, isAllDelivered) {
  await until(isAllDelivered);
  await called(producer, 'disconnect');
}

function fail(error) {
  console.error(error);
  process.exit(1);
}

function equal(expected, seen, what) {
  if (expected !== seen) fail(new Error(`${what}: expected ${expected}, saw ${seen}`));
}

async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** An idempotent producer with each codec; what it wrote is read back. */
async function codecs() {
  const topic = 'node-rdkafka-codecs';
  await createTopic(topic, 1);
  const sent = [];
  let delivered = 0;
  for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    const settings = { 'enable.idempotence': true, 'compression.codec': codec };
    const producer = await startProducer(settings, ({ offset }) =>
      equal(delivered++, offset, 'offset told'),
    );
    for (let i = 0; i < EACH; i++) {
      const value = `${codec} ${i} ${'x'.repeat(100)}`;
      producer.produce(topic, 0, Buffer.from(value), `key ${i}`, 1_000_000, null, [{ h: codec }]);
      sent.push(value);
    }
    await stopProducer(producer, () => delivered === sent.length);
    console.log(`ok idempotent produce, ${codec}`);
  }
  await readBack(topic, sent);
  console.log('ok consume');
}

async function readBack(topic, sent) {
  const consumer = new Kafka.KafkaConsumer({ ...base, 'group.id': 'unused' }, {});
  await called(consumer, 'connect', {});
  consumer.assign([{ topic, partition: 0, offset: 0 }]);
  let read = 0;
  consumer.on('data', ({ value, key, offset, timestamp, headers }) => {
    const [codec, i] = sent[read].split(' ');
    equal(sent[read], value.toString(), 'value');
    equal(`key ${i}`, key.toString(), 'key');
    equal(read, offset, 'offset');
    equal(1_000_000, timestamp, 'timestamp');
    equal(codec, headers[0].h.toString(), 'header');
    read++;
  });
  consumer.consume();
  await until(() => read === sent.length);
  await called(consumer, 'disconnect');
}

/** A member of a cooperative group, which tells what it reads. */
async function startMember(number, topic, read) {
  const member = new Kafka.KafkaConsumer(
    {
      ...base,
      'group.id': topic,
      'partition.assignment.strategy': 'cooperative-sticky',
      rebalance_cb: true,
    },
    { 'auto.offset.reset': 'earliest' },
  );
  let generation = 0;
  member.on('rebalance', (error, assignment) => {
    if (error.code === Kafka.CODES.ERRORS.ERR__ASSIGN_PARTITIONS && assignment.length > 0) {
      generation++;
    }
  });
  member.on('rebalance.error', fail);
  member.on('event.error', (error) => console.error(String(error)));
  member.on('data', ({ partition, offset, value }) => {
    read.add(value.toString());
    console.log(`read ${number} ${generation} ${partition} ${offset} ${value}`);
  });
  await called(member, 'connect', {});
  member.subscribe([topic]);
  member.consume();
  return member;
}

/**
 * An idempotent producer and two members of a cooperative group go on until there is something on
 * stdin, while brokers are killed; the one who kills judges by the lines "delivered <value>
 * <partition> <offset>" and "read <member> <generation> <partition> <offset> <value>".
 */
async function failover() {
  const topic = 'node-rdkafka-failover';
  await createTopic(topic, PARTITIONS);
  const read = new Set();
  const members = [await startMember(0, topic, read), await startMember(1, topic, read)];
  const owned = () => members.reduce((sum, member) => sum + member.assignments().length, 0);
  await until(() => owned() === PARTITIONS);
  let ending = false;
  process.stdin.once('data', () => (ending = true));
  let sent = 0;
  let delivered = 0;
  const producer = await startProducer({ 'enable.idempotence': true }, (report) => {
    delivered++;
    console.log(`delivered ${report.value} ${report.partition} ${report.offset}`);
  });
  while (!ending) {
    producer.produce(topic, sent % PARTITIONS, Buffer.from(String(sent)));
    sent++;
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  await stopProducer(producer, () => delivered === sent);
  await until(() => read.size === sent);
  for (const member of members) await called(member, 'disconnect');
}

const checks = { codecs, failover };
checks[check]().then(() => process.exit(0), fail);
