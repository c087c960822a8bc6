"""Members with each assignor, and what an administrator does with groups."""

from confluent_kafka import (
    ConsumerGroupState,
    ConsumerGroupTopicPartitions,
    KafkaError,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, NewTopic

from expect import LIMIT_S, each, equal, fails, ok, until
from member import Member

TOPIC = "confluent-python-groups"
PARTITIONS = 6
RECORDS = 600


def groups_check(servers):
    admin = AdminClient({"bootstrap.servers": servers})
    each(admin.create_topics([NewTopic(TOPIC, PARTITIONS, 3)]))
    producer = Producer({"bootstrap.servers": servers})
    for i in range(RECORDS):
        producer.produce(TOPIC, partition=i % PARTITIONS, value=f"value {i}")
    equal(0, producer.flush(LIMIT_S), "records that were not delivered")
    for strategy in ("range", "roundrobin", "cooperative-sticky"):
        members(servers, admin, strategy)
    static_members(servers, admin)
    offsets(admin)
    deletion(servers, admin)


def members(servers, admin, strategy):
    group = "confluent-python-" + strategy
    settings = {"partition.assignment.strategy": strategy}
    with Member(servers, group, TOPIC, settings) as first:
        until("all partitions", lambda: len(first.share()) == PARTITIONS)
        with Member(servers, group, TOPIC, settings) as second:
            until("equal shares", lambda: [len(first.share()), len(second.share())] == [3, 3])
            equal(PARTITIONS, len(first.share() | second.share()), "partitions with an owner")
            moved = 3 if strategy == "cooperative-sticky" else PARTITIONS
            equal(moved, first.revoked, "revoked by " + strategy)
            equal(0, second.revoked, "revoked from the second")
            until(
                "all records",
                lambda: len({read[3] for read in first.read + second.read}) == RECORDS,
            )
            described = describe(admin, group)
            equal(ConsumerGroupState.STABLE, described.state, "state")
            equal(strategy, described.partition_assignor, "assignor")
            equal(2, len(described.members), "members")
            shares = [len(one.assignment.topic_partitions) for one in described.members]
            equal([3, 3], shares, "shares described")
            listed = admin.list_consumer_groups().result(LIMIT_S)
            equal(True, group in {one.group_id for one in listed.valid}, "listed")
            equal([], listed.errors, "errors of the list")
        until("all again", lambda: len(first.share()) == PARTITIONS)
    until("an empty group", lambda: describe(admin, group).state == ConsumerGroupState.EMPTY)
    equal(RECORDS, sum(one.offset for one in committed(admin, group)), "committed")
    ok("group with " + strategy)


def static_members(servers, admin):
    group = "confluent-python-static"
    with Member(servers, group, TOPIC, {"group.instance.id": "one"}) as first:
        second = Member(servers, group, TOPIC, {"group.instance.id": "two"})
        until("equal shares", lambda: [len(first.share()), len(second.share())] == [3, 3])
        share = second.share()
        before = first.revoked
        second.close()
        with Member(servers, group, TOPIC, {"group.instance.id": "two"}) as again:
            until("the same share", lambda: again.share() == share)
            equal(before, first.revoked, "revoked for a static member's return")
            instances = {member.group_instance_id for member in describe(admin, group).members}
            equal({"one", "two"}, instances, "instances")
    ok("static members")


def offsets(admin):
    group = "confluent-python-range"
    wanted = TopicPartition(TOPIC, 0, 7, metadata="by hand")
    change = ConsumerGroupTopicPartitions(group, [wanted])
    each(admin.alter_consumer_group_offsets([change]))
    seen = {one.partition: one for one in committed(admin, group)}
    equal(PARTITIONS, len(seen), "partitions with offsets")
    equal((7, "by hand"), (seen[0].offset, seen[0].metadata), "altered offset")
    ok("alter_consumer_group_offsets, list_consumer_group_offsets")


def deletion(servers, admin):
    group = "confluent-python-busy"
    with Member(servers, group, TOPIC) as member:
        until("partitions", lambda: len(member.share()) == PARTITIONS)
        fails(KafkaError.NON_EMPTY_GROUP, admin.delete_consumer_groups([group]))
    each(admin.delete_consumer_groups([group, "confluent-python-range"]))
    fails(KafkaError.GROUP_ID_NOT_FOUND, admin.delete_consumer_groups([group]))
    ok("delete_consumer_groups")


def describe(admin, group):
    return each(admin.describe_consumer_groups([group]))[group]


def committed(admin, group):
    asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
    return each(asked)[group].topic_partitions
