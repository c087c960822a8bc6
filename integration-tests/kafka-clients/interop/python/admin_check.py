"""What an administrator does, but for groups, security and transactions."""

from confluent_kafka import ElectionType, KafkaError, Producer, TopicCollection, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
)

from expect import LIMIT_S, each, equal, fails, ok, until

TOPIC = "confluent-python-admin"


def admin_check(servers):
    admin = AdminClient({"bootstrap.servers": servers})
    cluster(admin)
    create_topics(admin)
    configs(admin)
    partitions(admin)
    records(admin, servers)
    delete_topics(admin)


def cluster(admin):
    described = admin.describe_cluster(include_authorized_operations=True).result(LIMIT_S)
    equal([1, 2, 3], sorted(node.id for node in described.nodes), "brokers")
    equal(True, described.controller.id in (1, 2, 3), "a controller")
    equal(22, len(described.cluster_id), "length of the cluster's id")
    ok("describe_cluster")
    metadata = admin.list_topics(timeout=LIMIT_S)
    equal({1, 2, 3}, set(metadata.brokers), "brokers in the metadata")
    ok("list_topics")


def create_topics(admin):
    topic = NewTopic(TOPIC, 2, 3, config={"retention.ms": "86400000"})
    each(admin.create_topics([topic], validate_only=True))
    each(admin.create_topics([topic]))
    fails(KafkaError.TOPIC_ALREADY_EXISTS, admin.create_topics([topic]))
    fails(KafkaError.INVALID_REPLICATION_FACTOR, admin.create_topics([NewTopic("too-much", 1, 9)]))
    odd = NewTopic("odd", 1, 3, config={"retention.ms": "soon"})
    fails(KafkaError.INVALID_CONFIG, admin.create_topics([odd]))
    ok("create_topics")
    until("two partitions", lambda: len(describe(admin).partitions) == 2)
    described = describe(admin)
    equal(3, len(described.partitions[0].isr), "in sync")
    equal(22, len(str(described.topic_id)), "length of the topic's id")
    ok("describe_topics")


def configs(admin):
    resource = ConfigResource(ConfigResource.Type.TOPIC, TOPIC)
    alter(admin, "max.message.bytes", "65536", AlterConfigOpType.SET)
    alter(admin, "cleanup.policy", "compact", AlterConfigOpType.APPEND)
    seen = each(admin.describe_configs([resource]))[resource]
    equal("65536", seen["max.message.bytes"].value, "max.message.bytes")
    equal(ConfigSource.DYNAMIC_TOPIC_CONFIG.value, seen["max.message.bytes"].source, "its source")
    equal("delete,compact", seen["cleanup.policy"].value, "cleanup.policy")
    equal("86400000", seen["retention.ms"].value, "retention.ms")
    alter(admin, "cleanup.policy", "compact", AlterConfigOpType.SUBTRACT)
    alter(admin, "max.message.bytes", None, AlterConfigOpType.DELETE)
    seen = each(admin.describe_configs([resource]))[resource]
    equal("delete", seen["cleanup.policy"].value, "cleanup.policy")
    equal(True, seen["max.message.bytes"].is_default, "the default again")
    ok("describe_configs, incremental_alter_configs of a topic")
    broker = ConfigResource(ConfigResource.Type.BROKER, "2")
    equal("2", each(admin.describe_configs([broker]))[broker]["broker.id"].value, "broker.id")
    ok("describe_configs of a broker")


def partitions(admin):
    each(admin.create_partitions([NewPartitions(TOPIC, 3)]))
    until("three partitions", lambda: len(describe(admin).partitions) == 3)
    fails(KafkaError.INVALID_PARTITIONS, admin.create_partitions([NewPartitions(TOPIC, 1)]))
    ok("create_partitions")
    first = TopicPartition(TOPIC, 0)
    elected = admin.elect_leaders(ElectionType.PREFERRED, [first]).result(LIMIT_S)
    error = elected[first]
    equal(True, error is None or error.code() == KafkaError.ELECTION_NOT_NEEDED, str(error))
    ok("elect_leaders")


def records(admin, servers):
    producer = Producer({"bootstrap.servers": servers})
    for i in range(5):
        producer.produce(TOPIC, value=f"value {i}", partition=0, timestamp=1000 + i)
    equal(0, producer.flush(LIMIT_S), "records that were not delivered")
    equal(5, offset(admin, OffsetSpec.latest()), "latest")
    equal(0, offset(admin, OffsetSpec.earliest()), "earliest")
    equal(3, offset(admin, OffsetSpec.for_timestamp(1003)), "for a timestamp")
    equal(4, offset(admin, OffsetSpec.max_timestamp()), "of the largest timestamp")
    ok("list_offsets")
    deleted = each(admin.delete_records([TopicPartition(TOPIC, 0, 2)]))
    equal([2], [result.low_watermark for result in deleted.values()], "low watermark")
    equal(2, offset(admin, OffsetSpec.earliest()), "earliest after delete_records")
    ok("delete_records")


def delete_topics(admin):
    each(admin.delete_topics([TOPIC]))
    until("the deletion", lambda: TOPIC not in admin.list_topics(timeout=LIMIT_S).topics)
    fails(KafkaError.UNKNOWN_TOPIC_OR_PART, admin.delete_topics(["nowhere"]))
    ok("delete_topics")


def describe(admin):
    return each(admin.describe_topics(TopicCollection([TOPIC])))[TOPIC]


def offset(admin, spec):
    first = TopicPartition(TOPIC, 0)
    return each(admin.list_offsets({first: spec}))[first].offset


def alter(admin, name, value, operation):
    change = ConfigEntry(name, value, incremental_operation=operation)
    resource = ConfigResource(ConfigResource.Type.TOPIC, TOPIC, incremental_configs=[change])
    each(admin.incremental_alter_configs([resource]))
