"""An idempotent producer with each codec; what it wrote is read back, and found by time."""

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from expect import LIMIT_S, each, equal, ok

TOPIC = "confluent-python-codecs"
EACH = 500


def codecs_check(servers):
    admin = AdminClient({"bootstrap.servers": servers})
    each(admin.create_topics([NewTopic(TOPIC, 1, 3)]))
    sent = []
    for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
        produce(servers, codec, sent)
        ok("idempotent produce, " + codec)
    read(servers, sent)


def produce(servers, codec, sent):
    settings = {"compression.type": codec, "enable.idempotence": True, "linger.ms": 5}
    producer = Producer({"bootstrap.servers": servers, **settings})
    offsets = []

    def delivered(error, message):
        equal(None, error, "a delivery")
        offsets.append(message.offset())

    first = len(sent)
    for i in range(EACH):
        value = f"{codec} {i} " + "x" * 100
        producer.produce(
            TOPIC,
            partition=0,
            key=f"key {i}" if i % 2 == 0 else None,
            value=value,
            timestamp=1_000_000 + len(sent),
            headers=[("h", codec.encode()), ("none", None)],
            on_delivery=delivered,
        )
        producer.poll(0)
        sent.append(value)
    equal(0, producer.flush(LIMIT_S), "records that were not delivered")
    equal(list(range(first, first + EACH)), offsets, "offsets told")


def read(servers, sent):
    settings = {"group.id": "unused", "enable.auto.commit": False, "check.crcs": True}
    consumer = Consumer({"bootstrap.servers": servers, **settings})
    consumer.assign([TopicPartition(TOPIC, 0, 0)])
    for i, value in enumerate(sent):
        message = consumer.poll(LIMIT_S)
        equal(None, message.error(), "an error")
        equal(value, message.value().decode(), "a value")
        equal(i, message.offset(), "an offset")
        key = message.key()
        equal(f"key {i % EACH}" if i % 2 == 0 else None, key and key.decode(), "a key")
        equal([("h", value.split()[0].encode()), ("none", None)], message.headers(), "headers")
        equal(1_000_000 + i, message.timestamp()[1], "a timestamp")
    ok("consume, read_committed, CRCs checked")
    found = consumer.offsets_for_times([TopicPartition(TOPIC, 0, 1_000_777)], timeout=LIMIT_S)
    equal(777, found[0].offset, "offset for a time")
    marks = consumer.get_watermark_offsets(TopicPartition(TOPIC, 0), timeout=LIMIT_S)
    equal((0, len(sent)), marks, "watermarks")
    ok("offsets_for_times, get_watermark_offsets")
    consumer.close()
