"""
An idempotent producer and two members of a cooperative group go on until there is something on
stdin, while brokers are killed; the one who kills judges by the lines "delivered <value>
<partition> <offset>" and "read <member> <generation> <partition> <offset> <value>".
"""

import select
import sys

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from expect import LIMIT_S, each, equal, until
from member import Member

TOPIC = "confluent-python-failover"
PARTITIONS = 3


def failover_check(servers):
    admin = AdminClient({"bootstrap.servers": servers})
    each(admin.create_topics([NewTopic(TOPIC, PARTITIONS, 3)]))
    settings = {"partition.assignment.strategy": "cooperative-sticky"}
    with Member(servers, TOPIC, TOPIC, settings) as first:
        with Member(servers, TOPIC, TOPIC, settings) as second:
            members = (first, second)
            until("shares", lambda: sum(len(one.share()) for one in members) == PARTITIONS)
            sent = produce(servers)
            until(
                "all records",
                lambda: len({read[3] for one in members for read in one.read}) == sent,
            )
    for number, member in enumerate(members):
        for generation, partition, offset, value in member.read:
            print("read", number, generation, partition, offset, value)


def produce(servers):
    producer = Producer({"bootstrap.servers": servers, "enable.idempotence": True})
    sent = delivered = 0

    def on_delivery(error, message):
        nonlocal delivered
        equal(None, error, "a delivery")
        delivered += 1
        value = message.value().decode()
        print("delivered", value, message.partition(), message.offset(), flush=True)

    while not select.select([sys.stdin], [], [], 0)[0]:
        producer.produce(
            TOPIC, value=str(sent), partition=sent % PARTITIONS, on_delivery=on_delivery
        )
        sent += 1
        producer.poll(0.003)
    equal(0, producer.flush(LIMIT_S), "records that were not delivered")
    equal(sent, delivered, "records delivered")
    return sent
