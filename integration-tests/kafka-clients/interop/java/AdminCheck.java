import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringSerializer;

/** Everything an administrator does, but for groups, security and transactions. */
final class AdminCheck {
  private static final String TOPIC = "java-admin";
  private static final TopicPartition FIRST = new TopicPartition(TOPIC, 0);

  private AdminCheck() {}

  static void run(String servers) throws Exception {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", servers);
    try (Admin admin = Admin.create(properties)) {
      cluster(admin);
      createTopics(admin);
      configs(admin);
      brokerConfigs(admin);
      morePartitions(admin);
      records(admin, servers);
      logDirs(admin);
      reassignment(admin);
      election(admin);
      deleteTopics(admin);
    }
  }

  private static void cluster(Admin admin) throws Exception {
    DescribeClusterResult cluster = admin.describeCluster();
    Collection<Node> nodes = Expect.get(cluster.nodes());
    Expect.equal(List.of(1, 2, 3), nodes.stream().map(Node::id).sorted().toList(), "brokers");
    Expect.equal(true, nodes.contains(Expect.get(cluster.controller())), "a controller");
    Expect.equal(22, Expect.get(cluster.clusterId()).length(), "length of the cluster's id");
    Expect.equal(null, Expect.get(cluster.authorizedOperations()), "operations not asked for");
    Expect.ok("describeCluster");
    Expect.get(admin.describeFeatures().featureMetadata());
    Expect.ok("describeFeatures");
  }

  private static void createTopics(Admin admin) throws Exception {
    NewTopic topic =
        new NewTopic(TOPIC, 2, (short) 3).configs(Map.of("retention.ms", "86400000"));
    Expect.get(
        admin.createTopics(List.of(topic), new CreateTopicsOptions().validateOnly(true)).all());
    Expect.equal(false, Expect.get(admin.listTopics().names()).contains(TOPIC), "validated only");
    CreateTopicsResult created = admin.createTopics(List.of(topic));
    Uuid id = Expect.get(created.topicId(TOPIC));
    Expect.equal(2, Expect.get(created.numPartitions(TOPIC)), "partitions");
    Expect.equal(3, Expect.get(created.replicationFactor(TOPIC)), "replication factor");
    Expect.equal(
        "86400000", Expect.get(created.config(TOPIC)).get("retention.ms").value(), "a config");
    Expect.fails(TopicExistsException.class, admin.createTopics(List.of(topic)).all());
    Expect.fails(
        InvalidReplicationFactorException.class,
        admin.createTopics(List.of(new NewTopic("too-much", 1, (short) 9))).all());
    Expect.fails(
        InvalidConfigurationException.class,
        admin
            .createTopics(
                List.of(
                    new NewTopic("odd", Optional.empty(), Optional.empty())
                        .configs(Map.of("retention.ms", "soon"))))
            .all());
    NewTopic assigned = new NewTopic(TOPIC + "-assigned", Map.of(0, List.of(2, 3)));
    Expect.get(admin.createTopics(List.of(assigned)).all());
    Expect.ok("createTopics");
    // Other brokers hear of it a moment later.
    Expect.until(
        "a list with the topic", () -> Expect.get(admin.listTopics().names()).contains(TOPIC));
    Expect.ok("listTopics");
    TopicDescription byName = topic(admin, TOPIC);
    Expect.equal(id, byName.topicId(), "topic id");
    Expect.equal(2, byName.partitions().size(), "partitions described");
    Expect.equal(3, byName.partitions().get(0).isr().size(), "in sync");
    var ids = TopicCollection.ofTopicIds(List.of(id));
    TopicDescription byId = Expect.get(admin.describeTopics(ids).allTopicIds()).get(id);
    Expect.equal(TOPIC, byId.name(), "described by id");
    Expect.fails(
        UnknownTopicOrPartitionException.class,
        admin.describeTopics(List.of("nowhere")).topicNameValues().get("nowhere"));
    Expect.ok("describeTopics by name and by id");
  }

  private static void configs(Admin admin) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, TOPIC);
    alter(admin, resource, "max.message.bytes", "65536", AlterConfigOp.OpType.SET);
    alter(admin, resource, "cleanup.policy", "compact", AlterConfigOp.OpType.APPEND);
    Config config = describe(admin, resource);
    ConfigEntry bytes = config.get("max.message.bytes");
    Expect.equal("65536", bytes.value(), "max.message.bytes");
    Expect.equal(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, bytes.source(), "its source");
    Expect.equal(ConfigEntry.ConfigType.INT, bytes.type(), "its type");
    Expect.equal(true, bytes.synonyms().size() >= 2, "its synonyms");
    Expect.equal(true, bytes.documentation().length() > 0, "its documentation");
    Expect.equal("delete,compact", config.get("cleanup.policy").value(), "cleanup.policy");
    alter(admin, resource, "cleanup.policy", "compact", AlterConfigOp.OpType.SUBTRACT);
    alter(admin, resource, "max.message.bytes", "", AlterConfigOp.OpType.DELETE);
    config = describe(admin, resource);
    Expect.equal("delete", config.get("cleanup.policy").value(), "cleanup.policy");
    Expect.equal(true, config.get("max.message.bytes").isDefault(), "the default again");
    var odd = new AlterConfigOp(new ConfigEntry("no.such", "1"), AlterConfigOp.OpType.SET);
    Expect.fails(
        InvalidConfigurationException.class,
        admin.incrementalAlterConfigs(Map.of(resource, List.of(odd))).all());
    Expect.ok("describeConfigs, incrementalAlterConfigs of a topic");
  }

  private static void brokerConfigs(Admin admin) throws Exception {
    ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "2");
    Expect.equal("2", describe(admin, broker).get("broker.id").value(), "broker.id");
    ConfigResource all = new ConfigResource(ConfigResource.Type.BROKER, "");
    describe(admin, all);
    Expect.ok("describeConfigs of a broker and of all");
  }

  private static void morePartitions(Admin admin) throws Exception {
    Expect.get(admin.createPartitions(Map.of(TOPIC, NewPartitions.increaseTo(3))).all());
    Expect.until("three partitions", () -> topic(admin, TOPIC).partitions().size() == 3);
    Expect.fails(
        InvalidPartitionsException.class,
        admin.createPartitions(Map.of(TOPIC, NewPartitions.increaseTo(1))).all());
    Expect.ok("createPartitions");
  }

  private static void records(Admin admin, String servers) throws Exception {
    Map<String, Object> producerProperties = Map.of("bootstrap.servers", servers);
    try (var producer =
        new KafkaProducer<>(producerProperties, new StringSerializer(), new StringSerializer())) {
      for (long i = 0; i < 5; i++) {
        producer.send(new ProducerRecord<>(TOPIC, 0, 1000 + i, null, "value " + i)).get();
      }
    }
    Expect.equal(5L, offset(admin, OffsetSpec.latest()), "latest");
    Expect.equal(0L, offset(admin, OffsetSpec.earliest()), "earliest");
    Expect.equal(3L, offset(admin, OffsetSpec.forTimestamp(1003)), "for a timestamp");
    Expect.equal(-1L, offset(admin, OffsetSpec.forTimestamp(2000)), "for a later timestamp");
    Expect.equal(4L, offset(admin, OffsetSpec.maxTimestamp()), "of the largest timestamp");
    Expect.ok("listOffsets");
    var deleted = admin.deleteRecords(Map.of(FIRST, RecordsToDelete.beforeOffset(2)));
    Expect.equal(2L, Expect.get(deleted.lowWatermarks().get(FIRST)).lowWatermark(), "low");
    Expect.equal(2L, offset(admin, OffsetSpec.earliest()), "earliest after deleteRecords");
    Expect.ok("deleteRecords");
  }

  private static void logDirs(Admin admin) throws Exception {
    var dirs = Expect.get(admin.describeLogDirs(List.of(1, 2, 3)).allDescriptions());
    for (var ofBroker : dirs.values()) {
      for (var dir : ofBroker.values()) {
        Expect.equal(null, dir.error(), "error of a log directory");
        Expect.equal(true, dir.replicaInfos().containsKey(FIRST), "the replica");
        Expect.equal(true, dir.totalBytes().orElse(-1) > 0, "total bytes");
      }
    }
    var replica = new TopicPartitionReplica(TOPIC, 0, 1);
    var info = Expect.get(admin.describeReplicaLogDirs(List.of(replica)).all()).get(replica);
    Expect.equal(true, info.getCurrentReplicaLogDir() != null, "the replica's directory");
    Expect.ok("describeLogDirs, describeReplicaLogDirs");
  }

  private static void reassignment(Admin admin) throws Exception {
    TopicPartition partition = new TopicPartition(TOPIC + "-assigned", 0);
    var target = Optional.of(new NewPartitionReassignment(List.of(1, 3)));
    Expect.get(admin.alterPartitionReassignments(Map.of(partition, target)).all());
    Expect.until(
        "the reassignment",
        () -> Expect.get(admin.listPartitionReassignments().reassignments()).isEmpty());
    Expect.until(
        "the new replicas",
        () -> {
          var replicas = topic(admin, partition.topic()).partitions().get(0).replicas();
          return replicas.stream().map(Node::id).toList().equals(List.of(1, 3));
        });
    Expect.ok("alterPartitionReassignments, listPartitionReassignments");
  }

  private static void election(Admin admin) throws Exception {
    var result = admin.electLeaders(ElectionType.PREFERRED, Set.of(FIRST));
    var elected = Expect.get(result.partitions());
    var error = elected.get(FIRST);
    boolean needed = error.isEmpty() || error.get() instanceof ElectionNotNeededException;
    Expect.equal(true, needed, "election of " + FIRST + ": " + error);
    Expect.ok("electLeaders");
  }

  private static void deleteTopics(Admin admin) throws Exception {
    var ids = TopicCollection.ofTopicIds(List.of(topic(admin, TOPIC).topicId()));
    Expect.get(admin.deleteTopics(ids).all());
    Expect.get(admin.deleteTopics(List.of(TOPIC + "-assigned")).all());
    Expect.until(
        "the deletion",
        () ->
            Expect.get(admin.listTopics().names()).stream()
                .noneMatch(name -> name.startsWith(TOPIC)));
    Expect.fails(
        UnknownTopicOrPartitionException.class, admin.deleteTopics(List.of("nowhere")).all());
    Expect.ok("deleteTopics by name and by id");
  }

  private static TopicDescription topic(Admin admin, String name) throws Exception {
    return Expect.get(admin.describeTopics(List.of(name)).allTopicNames()).get(name);
  }

  private static long offset(Admin admin, OffsetSpec spec) throws Exception {
    return Expect.get(admin.listOffsets(Map.of(FIRST, spec)).partitionResult(FIRST)).offset();
  }

  private static Config describe(Admin admin, ConfigResource resource) throws Exception {
    var options = new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true);
    return Expect.get(admin.describeConfigs(List.of(resource), options).all()).get(resource);
  }

  private static void alter(
      Admin admin, ConfigResource resource, String name, String value, AlterConfigOp.OpType op)
      throws Exception {
    var change = new AlterConfigOp(new ConfigEntry(name, value), op);
    Expect.get(admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all());
  }
}
