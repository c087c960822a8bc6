"""Uses a broker as an application would, and checks what it answers.

    exercise_broker.py host:port

Ends with exit code 0 and a last line "ok" when everything is as it should be.
"""

import sys
import threading
import time

from kafka_classic import (
    EARLIEST,
    GZIP,
    LATEST,
    MAX_TIMESTAMP,
    PRODUCE,
    Client,
    KafkaError,
    Record,
    partition_of,
)

TOPIC = "python-clicks"
PARTITIONS = 3
BEGIN = 1_700_000_000_000


def expect(found, wanted, what):
    if found != wanted:
        sys.exit(f"{what}: {found!r} instead of {wanted!r}")
    print(f"{what}: as expected")


def refused(action):
    """The error code of what must not succeed."""
    try:
        return f"no error, but {action()!r}"
    except KafkaError as error:
        return error.code


def read_all(client, topic, partition):
    """Everything from the first to the last offset, in as many fetches as it takes."""
    records = []
    offset = client.list_offset(topic, partition, EARLIEST)
    end = client.list_offset(topic, partition, LATEST)
    while offset < end:
        # Small, so that it takes several fetches.
        batch = client.fetch(topic, partition, offset, max_bytes=400)
        records += batch
        offset = batch[-1].offset + 1
    return records


def administration(client):
    expect(PRODUCE in client.api_versions(), True, "the broker answers Produce")
    (created,) = client.create_topics({TOPIC: PARTITIONS}, retention_ms="-1")
    expect(created["numPartitions"], PARTITIONS, "partitions of the new topic")
    (topic,) = client.metadata([TOPIC])["topics"]
    expect(topic["topicId"], created["topicId"], "topic id in the metadata")
    expect(client.partitions(TOPIC), [0, 1, 2], "partitions in the metadata")
    expect(refused(lambda: client.create_topics({TOPIC: 1})), 36, "creating it again")
    expect(refused(lambda: client.create_topics({"a/b": 1})), 17, "a name that is not legal")
    expect(refused(lambda: client.partitions("missing")), 3, "a topic that is not there")


def records(client):
    written = [
        Record(b"user-%d" % (i % 7), b"click %d" % i, [("n", b"%d" % i), ("none", None)], BEGIN + i)
        for i in range(60)
    ]
    for i in range(0, 60, 10):
        compression = GZIP if i % 20 else 0
        client.produce(TOPIC, written[i : i + 10], compression=compression, acks=1 if i else -1)
    for partition in range(PARTITIONS):
        mine = [r for r in written if partition_of(r.key, PARTITIONS) == partition]
        wanted = [r._replace(offset=offset) for offset, r in enumerate(mine)]
        expect(read_all(client, TOPIC, partition), wanted, f"records of partition {partition}")
        offsets(client, partition, wanted)


def offsets(client, partition, wanted):
    def ask(timestamp):
        return client.list_offset(TOPIC, partition, timestamp)

    expect(ask(EARLIEST), 0, "earliest offset")
    expect(ask(LATEST), len(wanted), "latest offset")
    expect(ask(MAX_TIMESTAMP), len(wanted) - 1, "offset of the largest timestamp")
    for record in wanted[:: max(1, len(wanted) // 4)]:
        expect(ask(record.timestamp), record.offset, f"offset at {record.timestamp}")
    expect(ask(BEGIN + 60), -1, "offset at a time after the last record")
    out_of_range = refused(lambda: client.fetch(TOPIC, partition, len(wanted) + 1))
    expect(out_of_range, 1, "fetching behind the end")


def odd_records(client):
    client.create_topics({"python-odd": 1})
    odd = [
        Record(None, None, (), BEGIN),
        Record(b"", b"", [("", b"")], BEGIN - 1),
        Record(None, b"\xff" * 5000, (), BEGIN + 10**9),
    ]
    expect(client.produce("python-odd", odd), {0: 0}, "base offset of odd records")
    expect(client.produce("python-odd", odd[:1], acks=0), {}, "nothing comes back with acks 0")
    wanted = [r._replace(offset=i, headers=list(r.headers)) for i, r in enumerate(odd + odd[:1])]
    expect(client.fetch("python-odd", 0), wanted, "odd records")
    client.delete_topics(["python-odd"])
    expect(refused(lambda: client.partitions("python-odd")), 3, "the deleted topic")


def long_poll(client, address):
    """A fetch at the end waits until another client has produced."""
    end = client.list_offset(TOPIC, 0, LATEST)
    expect(client.fetch(TOPIC, 0, end, max_wait_ms=1), [], "nothing at the end")
    found = []
    reader = Client(address)
    thread = threading.Thread(target=lambda: found.extend(reader.fetch(TOPIC, 0, end, 20_000)))
    thread.start()
    while not found:
        client.produce(TOPIC, [Record(None, b"wake up")], partition=0)
        thread.join(0.05)
    thread.join()
    reader.close()
    expect(found[0].value, b"wake up", "a waiting fetch gets what comes")
    expect(found[0].offset, end, "at the offset it waited for")
    expect(abs(found[0].timestamp - time.time() * 1000) < 60_000, True, "with a timestamp of now")


def main(address):
    client = Client(address, client_id="exercise")
    administration(client)
    records(client)
    odd_records(client)
    long_poll(client, address)
    client.delete_topics([TOPIC])
    client.close()
    print("ok")


main(sys.argv[1])
