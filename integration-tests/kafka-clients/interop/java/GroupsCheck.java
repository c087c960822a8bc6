import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ConsumerGroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.serialization.StringSerializer;

/** Members with each assignor, static ones, and what an administrator does with groups. */
final class GroupsCheck {
  private static final String TOPIC = "java-groups";
  private static final int PARTITIONS = 6;
  private static final int RECORDS = 600;
  private static final String ASSIGNORS = "org.apache.kafka.clients.consumer.";

  private GroupsCheck() {}

  static void run(String servers) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      Expect.get(admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 3))).all());
      Map<String, Object> properties = Map.of("bootstrap.servers", servers);
      try (var producer =
          new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
        for (int i = 0; i < RECORDS; i++) {
          producer.send(new ProducerRecord<>(TOPIC, i % PARTITIONS, null, "value " + i));
        }
      }
      for (String assignor : List.of("Range", "RoundRobin", "Sticky", "CooperativeSticky")) {
        members(servers, admin, assignor);
      }
      staticMembers(servers, admin);
      offsets(admin);
      deletion(servers, admin);
    }
  }

  private static void members(String servers, Admin admin, String assignor) throws Exception {
    String group = "java-" + assignor;
    Map<String, String> configs =
        Map.of("partition.assignment.strategy", ASSIGNORS + assignor + "Assignor");
    try (Member first = new Member(servers, group, TOPIC, configs)) {
      Expect.until("all partitions", () -> first.share().size() == PARTITIONS);
      try (Member second = new Member(servers, group, TOPIC, configs)) {
        Expect.until(
            "equal shares", () -> first.share().size() == 3 && second.share().size() == 3);
        var both = new HashSet<>(first.share());
        both.addAll(second.share());
        Expect.equal(PARTITIONS, both.size(), "partitions with an owner");
        boolean moves = assignor.equals("CooperativeSticky");
        Expect.equal(moves ? 3 : PARTITIONS, first.revoked.get(), "revoked by " + assignor);
        Expect.equal(0, second.revoked.get(), "revoked from the second");
        Expect.until("all records", () -> distinct(first, second) == RECORDS);
        describe(admin, group, 2, assignor);
      }
      Expect.until("all again", () -> first.share().size() == PARTITIONS);
    }
    Expect.until(
        "an empty group", () -> described(admin, group).state() == ConsumerGroupState.EMPTY);
    Expect.equal((long) RECORDS, committed(admin, group), "committed");
    Expect.ok("group with " + assignor);
  }

  private static void describe(Admin admin, String group, int members, String assignor)
      throws Exception {
    ConsumerGroupDescription described = described(admin, group);
    Expect.equal(ConsumerGroupState.STABLE, described.state(), "state");
    Expect.equal(members, described.members().size(), "members");
    String name =
        Map.of(
                "Range", "range",
                "RoundRobin", "roundrobin",
                "Sticky", "sticky",
                "CooperativeSticky", "cooperative-sticky")
            .get(assignor);
    Expect.equal(name, described.partitionAssignor(), "assignor");
    Set<TopicPartition> assigned =
        described.members().stream()
            .flatMap(member -> member.assignment().topicPartitions().stream())
            .collect(Collectors.toSet());
    Expect.equal(PARTITIONS, assigned.size(), "partitions described");
    var listed = Expect.get(admin.listConsumerGroups().valid());
    Expect.equal(
        true, listed.stream().anyMatch(one -> one.groupId().equals(group)), "listed " + group);
  }

  private static void staticMembers(String servers, Admin admin) throws Exception {
    String group = "java-static";
    Map<String, String> one = Map.of("group.instance.id", "one");
    Map<String, String> two = Map.of("group.instance.id", "two");
    try (Member first = new Member(servers, group, TOPIC, one)) {
      Member second = new Member(servers, group, TOPIC, two);
      Expect.until("equal shares", () -> first.share().size() == 3 && second.share().size() == 3);
      Set<Integer> share = second.share();
      int before = first.revoked.get();
      second.close();
      try (Member again = new Member(servers, group, TOPIC, two)) {
        Expect.until("the same share", () -> again.share().equals(share));
        Expect.equal(before, first.revoked.get(), "revoked for a static member's return");
      }
      var removal = new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove("two")));
      Expect.get(admin.removeMembersFromConsumerGroup(group, removal).all());
      Expect.until("all partitions", () -> first.share().size() == PARTITIONS);
    }
    var rest = new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove("one")));
    Expect.get(admin.removeMembersFromConsumerGroup(group, rest).all());
    Expect.ok("static members, removeMembersFromConsumerGroup");
  }

  private static void offsets(Admin admin) throws Exception {
    TopicPartition partition = new TopicPartition(TOPIC, 0);
    var altered = Map.of(partition, new OffsetAndMetadata(7, "by hand"));
    Expect.get(admin.alterConsumerGroupOffsets("java-Range", altered).all());
    Expect.get(admin.alterConsumerGroupOffsets("java-made", altered).all());
    var specs =
        Map.of(
            "java-Range", new ListConsumerGroupOffsetsSpec(),
            "java-made", new ListConsumerGroupOffsetsSpec().topicPartitions(List.of(partition)));
    var all = Expect.get(admin.listConsumerGroupOffsets(specs).all());
    Expect.equal(7L, all.get("java-Range").get(partition).offset(), "altered offset");
    Expect.equal("by hand", all.get("java-Range").get(partition).metadata(), "metadata");
    Expect.equal(PARTITIONS, all.get("java-Range").size(), "partitions with offsets");
    Expect.equal(7L, all.get("java-made").get(partition).offset(), "offset of a made group");
    Expect.ok("alterConsumerGroupOffsets, listConsumerGroupOffsets of several groups");
    Expect.get(admin.deleteConsumerGroupOffsets("java-made", Set.of(partition)).all());
    var left = admin.listConsumerGroupOffsets("java-made").partitionsToOffsetAndMetadata();
    Expect.equal(true, Expect.get(left).isEmpty(), "no offsets left");
    Expect.ok("deleteConsumerGroupOffsets");
  }

  private static void deletion(String servers, Admin admin) throws Exception {
    try (Member member = new Member(servers, "java-busy", TOPIC, Map.of())) {
      Expect.until("partitions", () -> member.share().size() == PARTITIONS);
      Expect.fails(
          GroupNotEmptyException.class, admin.deleteConsumerGroups(List.of("java-busy")).all());
    }
    Expect.get(admin.deleteConsumerGroups(List.of("java-Range", "java-busy")).all());
    Expect.fails(
        GroupIdNotFoundException.class, admin.deleteConsumerGroups(List.of("java-Range")).all());
    Expect.ok("deleteConsumerGroups");
  }

  private static long distinct(Member first, Member second) {
    Set<String> values = new HashSet<>();
    for (Member member : List.of(first, second)) {
      for (var read : member.read) values.add(read.record().value());
    }
    return values.size();
  }

  private static long committed(Admin admin, String group) throws Exception {
    var offsets = Expect.get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    return offsets.values().stream().mapToLong(OffsetAndMetadata::offset).sum();
  }

  private static ConsumerGroupDescription described(Admin admin, String group) throws Exception {
    return Expect.get(admin.describeConsumerGroups(List.of(group)).all()).get(group);
  }
}
